import Basics
import Compiler
import Foundation
import LanguageModels
import RASP
import TensorCore
import Testing

/// Rounding noise: what the bound promises is kept, layers do not amplify it, and what cannot be held is refused.
@Suite struct Noise {
    /// Sources of noise that grew by the number of directions from layer to layer.
    @Test(arguments: DeepChains.programs.indices) func deepChains(_ number: Int) throws {
        let (name, program) = DeepChains.programs[number]
        let model = try DeepChains.compile(program)
        // A step through attention and one through an MLP share a layer.
        #expect(model.layerCount >= DeepChains.depth / 2, "\(name)")
        let noise = try #require(model.noise)
        #expect(noise.states.count == model.layerCount + 1)
        #expect(noise.largest < 1e-6, "\(name): \(noise.states)")
        let report = try model.verify(against: program, count: 60, seed: 3)
        #expect(report.mismatches == 0, "\(name): \(report.firstMismatch?.description ?? "")")
        #expect(report.smallestMargin >= 1 - noise.largest, "\(name)")
    }

    /// The margins of all variables, scratch included, in the states that they are first in.
    @Test(arguments: TestProgram.table) func boundHolds(_ test: TestProgram) throws {
        for reuses in [false, true] {
            var options = CompilerOptions()
            options.reuseDirections = reuses
            try expectBound(RASPCompiler.compile(test.program, options: options), inputs: 150)
        }
    }

    @Test(arguments: ["count", "int_sum", "shuffle_dyck", "sort_by_frequency", "most_frequent"]) func boundHolds(
        _ name: String
    ) throws {
        let model = try ShippedPrograms.model(name)
        try expectBound(model, inputs: 60)
        #expect(try #require(model.noise).largest < 1e-6, "\(name)")
    }

    @Test func boundHoldsForRandomPrograms() throws {
        for seed in UInt64(70_000)..<70_250 {
            guard let model = try? RASPCompiler.compile(RandomProgram.make(seed: seed)) else { continue }
            try expectBound(model, inputs: 20)
        }
    }

    private func expectBound(_ model: CompiledModel, inputs: Int) throws {
        let noise = try #require(model.noise)
        for input in model.sampleInputs(count: inputs, seed: 9) {
            let states = try model.residualStates(input)
            for variable in model.variables {
                // A number without a name is never decoded.
                if variable.isScratch, case .numerical = variable.encoding { continue }
                let state = variable.writtenByLayer
                for position in input.indices {
                    let margin = model.margin(variable, states.row(state: state, position: position))
                    #expect(
                        margin >= 1 - noise.states[state] - 1e-12,
                        "\(model.name): \(variable.name) on \(input) at \(position)")
                }
            }
        }
    }

    /// Half a million is where fp32 has steps of a thirty-second; the means beside the threshold are 1/36 apart.
    @Test func refusedWhereNumbersAreTooClose() throws {
        let share = aggregate(select(indices, indices, .lessOrEqual), tokens)
        let program = Program(
            name: "close", output: share .> 500_000.27, vocabulary: [0, 1, 1_000_000], maxLength: 20, causal: true)
        #expect(throws: RASPError.self) { try RASPCompiler.compile(program) }
        let wide = Program(name: "wide", output: share .> 400, vocabulary: [0, 1, 1_000], maxLength: 20, causal: true)
        #expect(try RASPCompiler.compile(wide).verify(against: wide, count: 300).passed)
    }

    /// Layer normalisation shrinks everything that is read; 22 layers of that must not add up.
    @Test(arguments: DeepChains.narrow.indices) func exported(_ number: Int) throws {
        let (name, chain) = DeepChains.narrow[number]
        var program = chain
        program.encodings[program.outputName] = .categorical
        let model = try DeepChains.compile(program, readError: GPT2Export.readError)
        #expect(model.layerCount >= DeepChains.depth / 2)
        let export = try GPT2Export(model)
        #expect(export.normalizationError <= GPT2Export.readError)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("deep-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try export.save(to: folder)
        let student = try ModelRegistry.load(from: folder, gradients: false)
        for input in model.sampleInputs(count: 4, seed: 6) {
            let tape = Tape(arena: Arena(), recording: false)
            let states = student.forward(tape, PackedBatch([try export.encode(input)]), keepingStates: false)
            let logits = student.logits(tape, states).value
            for (position, atom) in try model.run(input).enumerated() {
                let row = (0..<export.tokens.count).map { logits[position + 1, $0] }
                #expect(
                    row.indices.max { row[$0] < row[$1] } == export.token(of: atom),
                    "\(name), \(input), position \(position)")
            }
        }
    }

    @Test func differencesAreErrors() throws {
        let program = Program(
            name: "one", output: indices % 2, outputName: "out", vocabulary: ["a"], maxLength: 3, causal: true)
        let other = Program(
            name: "two", output: indices % 3, outputName: "out", vocabulary: ["a"], maxLength: 3, causal: true)
        let model = try RASPCompiler.compile(program)
        try model.verify(against: program, on: [["a", "a", "a"]]).require()
        try model.verify(against: other, on: [["a", "a"]]).require()
        let report = try model.verify(against: other, on: [["a", "a"], ["a", "a", "a"]])
        #expect(report.verified == 2 && report.mismatches == 1 && report.firstMismatch?.position == 2)
        let failure = try #require(throws: Failure.self) { try report.require() }
        #expect(failure.kind == .verificationFailed)
        #expect(try program.compileVerified().layers == model.layers)
    }
}
