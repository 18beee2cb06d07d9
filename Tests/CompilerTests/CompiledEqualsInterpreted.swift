import Compiler
import Foundation
import Passes
import RASP
import Testing

@Suite struct CompiledEqualsInterpreted {
    @Test(arguments: TestProgram.table) func everyInput(_ test: TestProgram) throws {
        let model = try test.model()
        let report = try model.verify(against: test.program, count: 4000, seed: 1)
        #expect(report.verified > 0)
        #expect(report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
        // Everything saturates, so a decoded value stands clear by far more than fp32 noise.
        #expect(report.smallestMargin > 0.99)
    }

    /// The first passes alone, with every degree of fusion that compiling tries: no weights yet.
    @Test(arguments: TestProgram.table) func lowered(_ test: TestProgram) throws {
        let inputs = Array(try test.model().sampleInputs(count: 150, seed: 5))
        let interpreter = Interpreter(causal: test.program.causal ?? false)
        for lowered in try LoweredProgram.candidates(test.program) {
            for input in inputs {
                guard let expected = try? interpreter.run(test.program, on: input) else { continue }
                let values = lowered.evaluate(input)
                for variable in expected.variables {
                    let actual = try #require(values[variable.name])
                    for (a, b) in zip(variable.values, actual) {
                        #expect(CompiledModel.agree(a, b), "\(variable.name), \(input)")
                    }
                }
            }
        }
    }

    @Test(arguments: TestProgram.table) func withoutNamedVariables(_ test: TestProgram) throws {
        let options = CompilerOptions(keepNamedVariables: false)
        let report = try RASPCompiler.compile(test.program, options: options).verify(
            against: test.program, count: 500, seed: 2)
        #expect(report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
    }

    @Test(arguments: TestProgram.table) func fusedThroughNames(_ test: TestProgram) throws {
        let options = CompilerOptions(fuseThroughNamedVariables: true)
        let report = try RASPCompiler.compile(test.program, options: options).verify(
            against: test.program, count: 500, seed: 3)
        #expect(report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
    }

    /// Directions change hands: no wider, and still every variable where its label says.
    @Test(arguments: TestProgram.table) func reusingDirections(_ test: TestProgram) throws {
        var options = CompilerOptions()
        options.reuseDirections = true
        let model = try RASPCompiler.compile(test.program, options: options)
        #expect(try model.width <= test.model().width)
        let report = try model.verify(against: test.program, count: 500, seed: 4)
        #expect(report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
    }

    @Test(arguments: TestProgram.table) func savedAndLoaded(_ test: TestProgram) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("compiled-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let model = try test.model()
        try model.save(to: folder)
        let loaded = try CompiledModel.load(from: folder)
        #expect(loaded.basis == model.basis)
        #expect(loaded.variables == model.variables)
        #expect(loaded.layers == model.layers)
        #expect(loaded.tokenEmbedding == model.tokenEmbedding)
        #expect(loaded.positionEmbedding == model.positionEmbedding)
        #expect(loaded.output == model.output && loaded.causal == model.causal && loaded.maxLength == model.maxLength)
        #expect(try RASPCompiler.compile(test.program).layers == model.layers, "compiling twice gives the same weights")
    }
}
