import Basics
import Foundation
import InjectionSettings
import LanguageModels
import TrainingEngine

/// A circuit that the student has already and is to keep: that of another run, whose student the new run begins with.
struct NeighbourCircuit {
    private let run: LoadedRun
    private let placement: CircuitPlacement

    /// nil where the settings name none.
    ///
    /// - Throws: `.badData` for a run without a circuit; what reading a run throws.
    init?(_ settings: Settings) throws {
        guard settings.injectsCircuit, let path = settings.circuit.beside else { return nil }
        run = try LoadedRun(RunDirectory(URL(fileURLWithPath: path)))
        guard let placement = run.placement else {
            throw Failure(
                .badData, "circuit.beside is a run without a circuit", at: path,
                remedy: "name one that was trained with --recipe circuit")
        }
        self.placement = placement
    }

    /// The settings with the neighbour's components among those that are avoided. The input is common to both.
    func avoided(in settings: Settings) -> Settings {
        var settings = settings
        let own = (placement.steps.flatMap(\.nodes) + placement.decoys.map(\.node)).map(\.description)
        var all: [String] = []
        for name in settings.circuit.avoidedNames + run.settings.circuit.avoidedNames + own where !all.contains(name) {
            all.append(name)
        }
        settings.circuit.avoid = all.joined(separator: ",")
        return settings
    }

    /// - Throws: `.badData` for a student that is not the neighbour's.
    func requireSame(_ student: Student) throws(Failure) {
        guard student.weightsHash == run.student.weightsHash else {
            throw Failure(
                .badData, "the student is not that of circuit.beside", at: run.directory.student.path,
                remedy: "give it as the student: --set student=\(run.directory.student.path)")
        }
    }

    /// Prompts of its task with their answers, in the student's tokens.
    func texts(_ count: Int, context: Int) throws -> [[Int32]] {
        try run.task.task.examples(.train, count: count, seed: run.settings.seed).map {
            try run.task.encoder.encode($0)
        }.map { Array($0.tokens[..<$0.contentCount]) }.filter { (2...context).contains($0.count) }
    }
}
