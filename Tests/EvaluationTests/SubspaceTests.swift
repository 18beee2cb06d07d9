import Basics
import Evaluation
import Foundation
import Injection
import TensorCore
import TestSupport
import Testing

/// Methods that look for the subspaces of variables, and how they are scored.
@Suite struct SubspaceTests {
    private func run(_ folder: MicroStudent.Folder) throws -> LoadedRun {
        let settings = try MicroStudent.settings(
            in: folder, overrides: [("alignment.dimensions", "3"), ("steps", "2")])
        return try LoadedRun(Training.start(settings, output: folder("run")).run)
    }

    @Test func everyMethodGivesOrthonormalRowsOfTheTrueSize() throws {
        let folder = try MicroStudent.Folder()
        let run = try run(folder)
        for name in SubspaceMethods.names {
            let found = try SubspaceMethods.find(
                name, in: run, prompts: 20, steps: name == "das" ? 2 : nil, seed: 1)
            #expect(found.map(\.name) == run.layout.variables.map(\.name), "\(name)")
            for (entry, item) in zip(run.layout.variables, found) {
                let own = try run.projection.subspace(of: [entry.rows])
                #expect(item.rows.rows <= own.rows && item.rows.columns == own.columns, "\(name), \(entry.name)")
                for first in 0..<item.rows.rows {
                    for second in 0...first {
                        let product = (0..<item.rows.columns).reduce(Float(0)) {
                            $0 + item.rows[first, $1] * item.rows[second, $1]
                        }
                        #expect(abs(product - (first == second ? 1 : 0)) < 1e-3, "\(name), \(entry.name)")
                    }
                }
            }
        }
        #expect(throws: Failure.self) {
            try SubspaceMethods.find("pca", in: run, prompts: 5, steps: 3, seed: 1)
        }
    }

    /// In a stream that is nothing but the variable along one direction and noise along others, methods that look at the
    /// variable find that direction, and one that looks at variance finds the noise.
    @Test func methodsFindAPlantedDirection() throws {
        var random = SeededRandom(seed: 5)
        let stream = Tensor(zeros: [400, 6])
        let values = (0..<400).map { _ in random.integer(below: 2) }
        for row in 0..<400 {
            for column in 0..<6 {
                let noise = Float(2 * random.uniform() - 1)
                stream[row, column] = column == 3 ? Float(values[row]) + 0.1 * noise : column == 0 ? 4 * noise : noise
            }
        }
        let entry = VariableLayout.Entry(
            name: "v", encoding: .categorical([.int(0), .int(1)]), rows: 0..<2, writtenByLayer: 0, readByLayer: 0)
        let layout = VariableLayout(entries: [entry], directions: [0, 1], output: 0, layers: 1)
        let sample = SubspaceSample(
            entry, of: layout, stream: stream, values: [values.map { .int($0) }], dimensions: 1)
        func overlap(_ name: String) throws -> Float {
            let found = try SubspaceMethods.basis(name, sample)
            return found[0, 3] * found[0, 3]
        }
        let (probe, means, variance) = (
            try overlap("probe"), try overlap("mean-difference"), try overlap("pca")
        )
        #expect(probe > 0.95 && means > 0.5 && variance < 0.05)
    }

    @Test func scoresTellTheTrueSubspaceFromOthers() throws {
        func rows(_ axes: [Int]) -> Tensor {
            let rows = Tensor(zeros: [axes.count, 8])
            for (row, axis) in axes.enumerated() { rows[row, axis] = 2 }
            return rows
        }
        let truth = [("a", rows([0, 1])), ("b", rows([2]))]
        let recovery = try SubspaceRecovery(
            found: [("b", rows([5])), ("a", rows([1, 3]))], truth: truth, seed: 1)
        #expect(recovery.variables.map(\.name) == ["a", "b"])
        #expect(abs(try #require(recovery.variables[0].angles.overlap) - 0.5) < 1e-6)
        #expect(abs(try #require(recovery.variables[1].angles.overlap)) < 1e-6)
        // A random line has 1/8 of its squared length along any other.
        #expect(abs(recovery.variables[1].random.mean - 0.125) < 0.03)
        #expect(recovery.json["variables"]?.array?.count == 2)
        #expect(throws: Failure.self) { try SubspaceRecovery(found: [("c", rows([0]))], truth: truth, seed: 1) }
        #expect(throws: Failure.self) {
            try SubspaceRecovery(found: [("a", Tensor(zeros: [1, 4]))], truth: truth, seed: 1)
        }
    }

    @Test func exchangesAreMeasuredBesideTheTrueSubspace() throws {
        let folder = try MicroStudent.Folder()
        let run = try run(folder)
        let truth = try run.layout.variables.map { ($0.name, try run.projection.subspace(of: [$0.rows])) }
        var recovery = try SubspaceRecovery(found: truth, truth: truth, seed: 1)
        try recovery.exchange(truth, in: run, prompts: 16, seed: 1)
        for variable in recovery.variables {
            let exchanged = try #require(variable.exchanged)
            #expect(exchanged.found == exchanged.own && exchanged.own.changing.n + exchanged.own.keeping.n > 0)
            #expect(try #require(variable.angles.overlap) > 0.999)
        }
    }
}
