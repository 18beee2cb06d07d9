import Basics
import Circuits
import Compiler
import Discovery
import Evaluation
import Foundation
import Injection
import Resources
import TrainingEngine

/// A run with a circuit, made ready for tools that look for circuits: the student, its known circuit, the variables'
/// subspaces, pairs of prompts and every certificate. `tracr-inject circuit RUN --output` as a function.
package struct RunCase {
    package struct Options: Sendable {
        /// Pairs of each kind, to develop on and again to measure on.
        package var pairs = 100
        /// What the certificates are measured on.
        package var evaluation: ModelEvaluation.Options = {
            var options = ModelEvaluation.Options()
            options.suites = [.task, .circuit, .interchange, .perplexity]
            return options
        }()
        package var seed = 42

        package init() {}
    }

    /// Writes the folder, whole or not at all; an earlier one there is replaced.
    ///
    /// - Parameters:
    ///   - circuit: the run's.
    ///   - effects: `circuit` with the effects that are predicted on the random test pairs of these options, where they are
    ///     known already.
    package static func write(
        _ run: LoadedRun, _ circuit: InjectedCircuit, effects: CircuitGraph? = nil, to folder: URL,
        options: Options = Options()
    ) throws {
        let results = try StoredEvaluation.results(of: run, options: options.evaluation)
        try AtomicFile.createDirectory(folder.deletingLastPathComponent())
        try AtomicFile.replaceDirectory(at: folder) { temporary in
            try copyStudent(of: run, to: temporary)
            let (graph, pairs) = try writePairs(of: run, circuit, effects, options, to: temporary)
            try JSONFile.write(graph.json(), to: temporary.appendingPathComponent("graph.json"))
            try JSONFile.write(graph.hookedEdgesJSON, to: temporary.appendingPathComponent("edges.json"))
            let variables = CaseVariables(run, circuit)
            try SubspaceFile.write(variables.bases(), to: temporary.appendingPathComponent("variables.safetensors"))
            try JSONFile.write(variables.json(), to: temporary.appendingPathComponent("variables.json"))
            let card = try card(of: run, circuit, results)
            try AtomicFile.write(Data(card.utf8), to: temporary.appendingPathComponent(RunDirectory.card))
            try JSONFile.write(
                description(run, circuit.json(graph), results, pairs, options),
                to: temporary.appendingPathComponent("case.json"))
        }
    }

    /// - Throws: `.usage` for a run that injected no circuit.
    package static func circuit(of run: LoadedRun) throws(Failure) -> InjectedCircuit {
        guard let placement = run.placement else {
            throw Failure(
                .usage, "the run injected no circuit", at: run.directory.root.path,
                remedy: "train one with --recipe circuit")
        }
        return InjectedCircuit(placement, CompiledCircuit(run.compiled))
    }

    /// The circuit with the effects that the program predicts on pairs of prompts.
    package static func graph(_ circuit: InjectedCircuit, on pairs: [CasePairs.Pair]) throws -> CircuitGraph {
        circuit.graph(try CircuitSurvey(circuit.compiled, on: pairs.map(\.atoms)))
    }

    private static func copyStudent(of run: LoadedRun, to folder: URL) throws {
        let student = run.directory.student
        for path in try Folder.files(below: student.path) where path != RunDirectory.card {
            let place = folder.appendingPathComponent(path)
            try AtomicFile.createDirectory(place.deletingLastPathComponent())
            let file = try MappedFile(contentsOf: student.appendingPathComponent(path))
            try AtomicFile.write(to: place) { (output) throws(Failure) in try output.write(file.bytes) }
            withExtendedLifetime(file) {}
        }
    }

    /// Writes all pairs.
    ///
    /// - Returns: the circuit with the effects that are predicted on the random test pairs, and how many pairs there are
    ///   and the student answers.
    private static func writePairs(
        of run: LoadedRun, _ circuit: InjectedCircuit, _ effects: CircuitGraph?, _ options: Options, to folder: URL
    ) throws -> (CircuitGraph, JSONValue) {
        let place = folder.appendingPathComponent("pairs")
        try AtomicFile.createDirectory(place)
        var graph = effects ?? circuit.graph
        var members: [(String, JSONValue)] = []
        for part in PairPart.allCases {
            let source = try CasePairs(run, part: part, count: options.pairs, seed: options.seed)
            for kind in PairKind.allCases {
                let pairs = try source.pairs(kind)
                let name = "\(kind.rawValue)-\(part.rawValue)"
                try PairTable(pairs.map(\.row)).write(to: place, name: name, split: part.split)
                members.append((name, .object(JSONObject(source.answered(pairs).members))))
                if effects == nil, part == .test, kind == .random { graph = try Self.graph(circuit, on: pairs) }
            }
        }
        return (graph, .object(JSONObject(members)))
    }

    private static func description(
        _ run: LoadedRun, _ circuit: JSONValue, _ results: EvaluationResults, _ pairs: JSONValue, _ options: Options
    ) throws -> JSONValue {
        let settings = run.settings
        return .object(
            JSONObject([
                ("format", 1), ("name", .string(run.directory.name)), ("kind", "injected"),
                ("version", .string(Release.version)), ("task", .string(run.task.task.name)),
                ("program", .string(run.compiled.name)), ("student", .string(settings.student)),
                ("recipe", .string(settings.recipe)), ("settings", .strings(try settings.deviations())),
                ("seed", .integer(settings.seed)), ("steps", .integer(run.step)),
                ("manifest", .string(try XXHash64.hex(contentsOf: run.directory.manifest))),
                ("measured_with_seed", .integer(options.evaluation.seed)), ("pairs", pairs),
                ("certificates", results.json), ("circuit", circuit),
            ]))
    }

    private static func card(
        of run: LoadedRun, _ circuit: InjectedCircuit, _ results: EvaluationResults
    ) throws -> String {
        let steps = circuit.placement.steps.map { step in
            let sets = step.groups.map { $0.map { "`\($0)`" }.joined(separator: ", ") }.joined(separator: " or ")
            let writes = circuit.compiled.component(step.component)?.writes.map(\.name).joined(separator: ", ") ?? ""
            return "| `\(step.component)` | \(sets) | \(writes.replacingAll("|", with: "\\|")) |"
        }
        return try ModelCard(run).text(figures: results.figures) + """

            ## Circuit

            The program's steps lie in components of their own: \(circuit.placement.inside.count) components and \
            \(circuit.edges.count) edges, named as in MIB's circuit track. What that is worth is certified in `case.json`, for \
            the prompts of this task and the exchanges that are named there, and for nothing else: the circuit is sufficient \
            and necessary as far as the certificates say, and need not be the only one.

            | step of the program | components | writes |
            |---|---|---|
            \(steps.joined(separator: "\n"))

            | file | |
            |---|---|
            | `graph.json` | the circuit as MIB's `Graph.from_json` reads it; scores are the effects that the program predicts |
            | `edges.json` | its edges as pairs of TransformerLens's hook names |
            | `variables.safetensors`, `variables.json` | orthonormal rows of each variable's subspace; where it is held |
            | `pairs/` | pairs of prompts: CSV of MIB's circuit track, JSON lines of Edge-Pruning |
            | `case.json` | every certificate with its interval |

            """
    }
}
