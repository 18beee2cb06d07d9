import Basics
import CRASP
import Compiler
import CountingTestSupport
import Foundation
import LanguageModels
import RASP
import TensorCore
import Testing

/// C-RASP in weights: equal to the interpreter, as many layers with attention as counts are nested, as many weights at
/// every length.
@Suite struct Counting {
    private func load(_ name: String) throws -> CRASPProgram {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Programs/\(name).crasp")
        return try CRASPProgram.load(contentsOf: file)
    }

    private func compile(_ source: String, _ vocabulary: [Atom] = ["a", "b"], length: Int = 6) throws -> CompiledModel {
        let program = try CRASPProgram(source: source, name: "p")
        return try program.compile(CompilerOptions(vocabulary: vocabulary, maxLength: length))
    }

    private func layersWithAttention(_ model: CompiledModel) -> Int { model.headsPerLayer.count { $0 > 0 } }

    /// The languages of k blocks: the task of "Knee-Deep in C-RASP", in every bin of lengths to 300, on words made here.
    @Test(arguments: 3...12) func blocks(_ number: Int) throws {
        let program = try load("l\(number)")
        let model = try program.compile(CompilerOptions())
        #expect(layersWithAttention(model) == number - 2 && model.layerCount == number - 2)
        #expect(model.headsPerLayer.allSatisfy { $0 == 1 } && model.maxLength == 300)
        var random = SeededRandom(seed: UInt64(number), stream: "blocks")
        for bin in 0..<6 {
            for _ in 0..<4 {
                let length = max(50 * bin + 1 + random.integer(below: 50), number)
                // The last position before each block but the first.
                var switches: Set<Int> = []
                while switches.count < number - 1 { switches.insert(1 + random.integer(below: length - 1)) }
                var letter: Atom = "a"
                let word = (0..<length).map { position -> Atom in
                    if switches.contains(position) { letter = letter == "a" ? "b" : "a" }
                    return letter
                }
                let last = switches.max() ?? 0
                #expect(try model.run(word) == (0..<length).map { .bool($0 >= last) }, "bin \(bin)")
            }
        }
    }

    /// No weight depends on the length but the steepness of the steps.
    @Test(arguments: [("dyck1", 2), ("anbncn", 2), ("majority", 1), ("l5", 3)])
    func constantSize(_ name: String, _ depth: Int) throws {
        let program = try load(name)
        #expect(program.depth == depth)
        let models = try [15, 100, 1000].map { try program.compile(CompilerOptions(maxLength: $0)) }
        for model in models {
            #expect(model.nonzeroCount == models[0].nonzeroCount && model.width == models[0].width)
            #expect(layersWithAttention(model) == depth)
        }
        let short = try models[0].verify(against: program, count: 400)
        #expect(short.passed && short.smallestMargin > 0.999, "\(short.firstMismatch?.description ?? "")")
        let long = try models[2].verify(against: program, count: 8, seed: 3)
        #expect(long.passed && long.smallestMargin > 0.99, "\(long.firstMismatch?.description ?? "")")
    }

    @Test func shippedProgramsAreRight() throws {
        for name in ["dyck1", "anbncn", "majority", "next_bracket", "switches"] {
            let program = try load(name)
            let model = try program.compile(CompilerOptions(maxLength: 9))
            let report = try model.verify(against: program, count: 2_000)
            #expect(report.passed, "\(name): \(report.firstMismatch?.description ?? "")")
        }
    }

    /// What looks deep and reads nothing deep is no earlier than the counts that it is compared with.
    @Test(arguments: [
        "d := #Q_a >= 1\nout := #(Q_b or #d != #d) == #d",
        "d := #Q_a > #pos_even or i % 3 != 1\nn := #d\ne := Q_b or n != n\nout := #e == n",
        "d := #(#Q_a >= 2) >= 1\nout := #(#Q_b == #Q_b) + #(#d != #d or Q_a) == #d",
    ]) func constantsInDeepCounts(_ source: String) throws {
        let program = try CRASPProgram(source: source, name: "p")
        let model = try compile(source)
        let report = try model.verify(against: program, count: 1_000)
        #expect(report.passed, "\(report.firstMismatch?.description ?? "")")
    }

    /// Words of the length that the weights are made for, where numbers are closest to the steps.
    @Test func theLastUnitIsTold() throws {
        let program = try load("majority")
        let model = try program.compile(CompilerOptions(maxLength: 1000))
        for ones in [499, 500, 501] {
            let word = [Atom](repeating: "1", count: ones) + [Atom](repeating: "0", count: 1000 - ones)
            #expect(try model.run(word).last == .bool(ones > 500), "\(ones)")
            #expect(try model.run(word.reversed()).last == .bool(ones > 500), "\(ones)")
        }
    }

    @Test func everyConstruct() throws {
        let sources = [
            "p := #[j = i - 1] Q_a >= 1", "p := #[j >= i - 2] Q_a == 2", "p := #[j < i] Q_a == #Q_b",
            "p := #[j <= i - 2] (#Q_a > #Q_b) >= 1", "p := i % 3 == 1", "p := #(i % 2 == 0 and Q_a) > #Q_b",
            "p := (Q_a ? #Q_a : 2 * #Q_b) <= 2", "p := min(#Q_a, #Q_b) == 1", "p := max(#Q_a, 3 - #Q_b) > 2",
            "p := 2 * #Q_a == 3 * #Q_b", "p := #true == 3", "p := true", "p := #Q_a >= 0",
            "p := not Q_a", "p := #[pred2] true >= 1",
            "p := #Q_a - 3 != 0 and #Q_b - 1 != 0 or #(#Q_b == #Q_a) == 2",
            "p := #(#(#Q_a == 1) == #(#Q_b == 1)) > 2", "p := Q_x", "p := #Q_a + 5 < #Q_b",
            "tokens := #Q_a == 1\np := tokens",
            "indices := Q_a\nbos := #indices == 2\np := not bos",
            "NEXT_a := #Q_a < #Q_b\nNEXT_b := #Q_b == 2", "p := #[j >= i - 5] Q_a > #[j < i] Q_b",
        ]
        for source in sources {
            let program = try CRASPProgram(source: source, name: "p")
            let model = try program.compile(CompilerOptions(vocabulary: ["a", "b"], maxLength: 6))
            let report = try model.verify(against: program, count: 200)
            #expect(report.passed && report.isExhaustive, "\(source): \(report.firstMismatch?.description ?? "")")
            #expect(report.smallestMargin > 0.999, "\(source)")
            #expect(layersWithAttention(model) <= program.depth, "\(source): \(model.headsPerLayer)")
        }
    }

    /// Lowering by itself, without weights, and weights with each option.
    @Test func randomPrograms() throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["FUZZ_PROGRAMS"].flatMap(UInt64.init) ?? 120
        let first = environment["FUZZ_SEED"].flatMap(UInt64.init) ?? 1
        var (compiled, inputs) = (0, 0)
        for seed in first..<(first + count) {
            let program = try CRASPProgram(source: RandomCounting.text(seed: seed), name: "random\(seed)")
            var options = CompilerOptions(keepNamedVariables: seed % 3 != 0)
            options.reuseDirections = seed % 4 == 0
            if seed % 5 == 0 { options.readError = GPT2Export.readError }
            do {
                let model = try program.compile(options)
                let report = try model.verify(against: program, count: 60, seed: seed)
                #expect(
                    report.passed,
                    "seed \(seed): \(report.firstMismatch?.description ?? "")\n\(RandomCounting.text(seed: seed))")
                #expect(report.smallestMargin > 0.9, "seed \(seed)")
                #expect(layersWithAttention(model) <= max(program.depth, 0), "seed \(seed)")
                compiled += 1
                inputs += report.verified
            } catch let error as RASPError {
                // A random output can be a count, and a sum another one in very many cases.
                let codes = error.diagnostics.map(\.code)
                #expect(codes.allSatisfy { $0 == .type || $0 == .limit }, "seed \(seed): \(error)")
            }
        }
        print("random counting programs: \(compiled) of \(count) compiled, \(inputs) inputs compared")
        #expect(compiled > Int(count) * 9 / 10)
    }

    @Test func refusals() throws {
        let causal = CompilerOptions(vocabulary: ["a"], maxLength: 4, causal: false)
        let failure = try #require(throws: Failure.self) {
            try CRASPProgram(source: "p := Q_a", name: "p").compile(causal)
        }
        #expect(failure.kind == .usage)
        func refusal(_ source: String, length: Int = 40) throws -> Diagnostic {
            let error = try #require(throws: RASPError.self) { try compile(source, length: length) }
            #expect(error.diagnostics[0].span != nil && !error.diagnostics[0].notes.isEmpty)
            return error.diagnostics[0]
        }
        #expect(try refusal("c := #Q_a").message.contains("is a count"))
        #expect(try refusal("p := 1000000 * #Q_a > #Q_b").message.contains("fp32 weights"))
        #expect(try refusal("p := #[j >= i - 200] Q_a > #Q_b", length: 400).message.contains("201 positions wide"))
        let large = "p := 9000000000000000000 * #Q_a > -9000000000000000000 * #Q_b"
        #expect(throws: RASPError.self) { try compile(large) }
        let cases = (0..<12).map { "(#(Q_a and i % \($0 + 2) == 0) >= 1 ? \(1 << $0) : 0)" }.joined(separator: " + ")
        #expect(try refusal("p := \(cases) > #Q_b").message.contains("cases"))
    }

    /// The exported GPT-2 answers as the weights do, at lengths where a step is steep.
    @Test(arguments: [
        ("dyck1", 15), ("dyck1", 200), ("anbncn", 60), ("majority", 400), ("l6", 150), ("next_bracket", 60),
    ])
    func exported(_ name: String, _ length: Int) throws {
        let program = try load(name)
        var options = CompilerOptions(maxLength: length)
        options.readError = GPT2Export.readError
        let model = try program.compile(options)
        let export = try GPT2Export(model)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("counting-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try export.save(to: folder)
        let student = try ModelRegistry.load(from: folder, gradients: false)
        let arena = Arena()
        for input in model.sampleInputs(count: 10, seed: 5) {
            arena.reset()
            let tape = Tape(arena: arena, recording: false)
            let tokens = try export.encode(input)
            let logits = student.logits(tape, student.forward(tape, PackedBatch([tokens]), keepingStates: false)).value
            for (position, value) in try model.run(input).enumerated() {
                let row = logits.row(position + 1)
                let best = export.tokens.indices.max { row[$0] < row[$1] }
                #expect(best == export.token(of: value), "\(name) at \(position) of \(input.count)")
            }
        }
    }
}
