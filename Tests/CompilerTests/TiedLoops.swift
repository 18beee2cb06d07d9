import Basics
import Compiler
import Foundation
import RASP
import Testing

/// Loops whose rounds are one block of layers.
@Suite struct TiedLoops {
    private static let tied = {
        var options = CompilerOptions()
        options.tiesLoops = true
        return options
    }()

    private func program(_ body: String, pragmas: String = "") throws -> Program {
        try Program(source: "#pragma vocab a b c\n#pragma max_length 4\n\(pragmas)\n" + body, name: "result")
    }

    private func check(_ program: Program, count: Int = 300) throws -> CompiledModel {
        let model = try RASPCompiler.compile(program, options: Self.tied)
        let report = try model.verify(against: program, count: count)
        #expect(report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
        #expect(report.verified > 0 && report.smallestMargin > 0.9)
        return model
    }

    /// Each round is the same layers, and another number of rounds is as large.
    @Test func aBlockIsStoredOnce() throws {
        func parity(_ rounds: Int) throws -> CompiledModel {
            let source = """
                #pragma vocab 0 1
                #pragma max_length 8
                parity = tokens_int;
                done = indices == 0;
                loop \(rounds) until done {
                    left_done = shift(indicator(done), 1, 0) == 1;
                    parity = (parity + shift(parity, 1, 0)) % 2 if left_done else parity;
                    done = left_done;
                }
                #pragma output parity
                """
            return try check(Program(source: source, name: "parity"))
        }
        let (three, seven) = (try parity(3), try parity(7))
        let block = try #require(three.repeatedLayers.first)
        #expect(three.repeatedLayers.count == 1 && block.times == 3)
        #expect(seven.repeatedLayers == [RepeatedLayers(first: block.first, count: block.count, times: 7)])
        #expect(three.storedLayerCount == seven.storedLayerCount)
        #expect(seven.layerCount == three.layerCount + 4 * block.count)
        #expect(three.nonzeroCount == seven.nonzeroCount && three.parameterCount == seven.parameterCount)
        #expect(seven.layers[block.first] == seven.layers[block.first + block.count])
        #expect(try seven.run("1011".map { .string(String($0)) }) == [1, 1, 0, 1])
        // Every state between rounds holds the parities that are known so far.
        let states = try seven.residualStates("111".map { .string(String($0)) })
        let early = try #require(seven.variable(named: "parity@1"))
        let held = try #require(early.heldUntil)
        let start = (held * states.positions + 1) * states.width
        #expect(seven.decode(early, states.values[start..<(start + states.width)]) == 0)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>) func randomLoops(_ seed: UInt64) throws {
        let program = try RandomLoops.make(seed: seed)
        let model: CompiledModel
        do { model = try RASPCompiler.compile(program, options: Self.tied) } catch let refusal as RASPError {
            // What a loop's inside gives to what follows it is refused, and no more.
            let text = refusal.diagnostics[0].message
            #expect(
                text.contains("from inside of it") || text.contains("rounding") || text.contains("budget"), "\(text)")
            return
        }
        let report = try model.verify(against: program, count: 150, seed: seed)
        #expect(report.mismatches == 0, "seed \(seed): \(report.firstMismatch?.description ?? "")")
        #expect(report.smallestMargin > 0.9, "seed \(seed)")
    }

    /// As many of them are compiled as make the comparison worth something.
    @Test func mostRandomLoopsCompile() throws {
        let compiled = try (1...30 as ClosedRange<UInt64>).count { seed in
            let program = try RandomLoops.make(seed: seed)
            return (try? RASPCompiler.compile(program, options: Self.tied)) != nil
        }
        #expect(compiled > 20)
    }

    /// Numbers that a loop leaves behind are read as they are then, not as its last round computed them.
    @Test func arithmeticAfterALoop() throws {
        _ = try check(program("q = length;\nloop 3 { q = q - 1; }\nresult = indices - q;"))
        _ = try check(
            program("x = indices;\nloop 3 { x = x + 1; }\ny = x;\nloop 3 { x = x - 1; }\nresult = y - x;"))
        _ = try check(
            program(
                """
                p = indices + 2;
                q = 3;
                loop 3 { q = selector_width(select(p - 2, min(q, 7), <)) % 11; p = min(p, 12); }
                result = min(p, 9) + q;
                """))
    }

    /// A folder says of at most so many layers that they are executed.
    @Test func tooManyRounds() throws {
        let long = try program("x = indices;\nloop 70000 { x = (x + 1) % 3; }\nresult = x;")
        #expect(throws: RASPError.self) { try RASPCompiler.compile(long, options: Self.tied) }
    }

    /// What is new in the body, constants, lists for a round, a loop in a loop, two loops, and what depends on no state.
    @Test func kindsOfStates() throws {
        _ = try check(program("loop 3 { x = indices + 1; y = x * 2; }\nresult = x + y;"))
        _ = try check(
            program("x = 0;\nloop 3 { y = [x, tokens]; x = (x + 1) % 5 if y[1] == \"a\" else x; }\nresult = x;"))
        _ = try check(program("x = True;\nloop 2 { x = False; }\nresult = \"a\" if x and tokens == \"b\" else \"c\";"))
        _ = try check(program("x = indices;\nloop 2 { loop 2 { x = (x * 2) % 7; } }\nresult = x;"))
        let two = try check(
            program(
                """
                x = tokens;
                loop 3 { x = shift(x, 1, "c"); }
                y = x;
                loop 2 { y = shift(y, -1, "b") if tokens == "a" else x; }
                result = y;
                """))
        #expect(two.repeatedLayers.count == 2)
        // A counter has as many values as the loop has rounds.
        let counter = try check(program("x = indices - indices;\nloop 4 { x = x + 1; }\nresult = x + indices;"))
        #expect(counter.repeatedLayers.map(\.times) == [4])
        // Undefined values are part of the state.
        _ = try check(
            program("x = tokens;\nloop 3 { x = aggregate(select(indices, indices - 1, ==), x, None); }\nresult = x;"))
    }

    @Test func savedAndLoaded() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tied-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let parity = try ShippedPrograms.load("parity")
        let model = try RASPCompiler.compile(parity, options: Self.tied)
        try model.save(to: folder)
        let loaded = try CompiledModel.load(from: folder)
        #expect(loaded.layers == model.layers && loaded.repeatedLayers == model.repeatedLayers)
        #expect(loaded.variables == model.variables && loaded.basis == model.basis)
        #expect(try loaded.verify(against: parity, count: 100).passed)
        let config = folder.appendingPathComponent("config.json")
        let text = try String(contentsOf: config, encoding: .utf8)
        #expect(text.contains("\"repeated_layers\""))
        let first = try #require(model.repeatedLayers.first?.first)
        for (old, new) in [
            ("\"times\": 9", "\"times\": 0"), ("\"times\": 9", "\"times\": 1000000000"),
            ("\"first\": \(first)", "\"first\": 90"), ("\"first\": \(first)", "\"first\": -1"),
            ("\"times\"", "\"time\""),
        ] {
            #expect(text.contains(old))
            try text.replacingOccurrences(of: old, with: new).write(to: config, atomically: true, encoding: .utf8)
            #expect(throws: Failure.self, "\(old) -> \(new)") { try CompiledModel.load(from: folder) }
        }
    }

    /// ALTA's programs, beside the same with layers for every round.
    @Test(arguments: ["parity", "addition", "subleq"]) func neighbours(_ name: String) throws {
        let program = try ShippedPrograms.load(name)
        let model = try check(program, count: 60)
        #expect(model.storedLayerCount < model.layerCount)
        #expect(model.parameterCount < (try RASPCompiler.compile(program).parameterCount))
    }

    /// Units for the first round let noise grow; after many rounds the block needs cleaner ones, not other programs.
    @Test(arguments: [24, 30]) func manyRounds(_ rounds: Int) throws {
        let source = """
            #pragma vocab 0 1
            #pragma max_length 5
            x = tokens_int;
            loop \(rounds) { x = (x + shift(x, 1, 0)) % 2; }
            """
        let program = try Program(source: source, name: "x")
        let model = try RASPCompiler.compile(program, options: Self.tied)
        #expect(model.storedLayerCount < model.layerCount && model.layerCount >= rounds)
        #expect(try model.verify(against: program, count: 62).passed)
    }

    @Test func refused() throws {
        for (body, part) in [
            ("result = indices + 1;", "no loop"),
            (
                "x = indices;\nk = 1;\nloop 2 { for i in range(0, k) { x = x + i; } k = k + 1; }\nresult = x;",
                "does more than"
            ),
            ("x = [tokens];\nloop 2 { y = x[0]; x = [shift(y, 1, \"a\")]; }\nresult = x[0];", "does more than"),
            ("x = tokens;\nloop 2 { y = [shift(x, 1, \"a\")]; x = y[0]; }\nresult = y[0] == x;", ""),
            ("x = indices == 0;\nloop 3 until x { y = indices + 1; x = y > 2; }\nresult = y;", "from inside of it"),
            (
                "x = 0.5;\nloop 40 { x = aggregate(select(indices, indices, <=), x + indices); }\nresult = x > 0.3;", ""
            ),
        ] {
            let program = try program(body)
            guard !part.isEmpty else {
                // Either way; no crash, and no wrong weights.
                if let model = try? RASPCompiler.compile(program, options: Self.tied) {
                    #expect(try model.verify(against: program, count: 100).passed, "\(body)")
                }
                continue
            }
            let error = try #require(throws: RASPError.self) {
                try RASPCompiler.compile(program, options: Self.tied)
            }
            #expect(error.diagnostics[0].message.contains(part), "\(body): \(error)")
        }
        var both = Self.tied
        both.reuseDirections = true
        let loop = try program("x = indices;\nloop 2 { x = (x + 1) % 3; }\nresult = x;")
        #expect(throws: Failure.self) { try RASPCompiler.compile(loop, options: both) }
    }

    /// Exported, a round is layers of its own, and the circuit is that of the layers as they are executed.
    @Test func exportAndCircuit() throws {
        let source = """
            #pragma vocab 0 1
            #pragma max_length 5
            #pragma causal true
            parity = tokens_int;
            done = indices == 0;
            loop 4 until done {
                left_done = shift(indicator(done), 1, 0) == 1;
                parity = (parity + shift(parity, 1, 0)) % 2 if left_done else parity;
                done = left_done;
            }
            #pragma output parity
            """
        let program = try Program(source: source, name: "parity")
        var options = Self.tied
        let model = try RASPCompiler.compile(program, options: options)
        let circuit = CompiledCircuit(model)
        #expect(try CircuitSurvey(circuit, on: model.circuitPairs(40)).isSufficient)
        options.readError = GPT2Export.readError
        let exportable = try RASPCompiler.compile(program, options: options)
        #expect(exportable.layerCount > exportable.storedLayerCount)
        #expect(try exportable.verify(against: program, count: 100).passed)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tied-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let export = try GPT2Export(exportable)
        try export.save(to: folder)
        let file = try SafeTensorsFile(contentsOf: folder.appendingPathComponent("model.safetensors"))
        let block = try #require(exportable.repeatedLayers.first)
        // The very first layer also copies what the embedding writes of the output.
        let (one, next) = (block.first + block.count, block.first + 2 * block.count)
        for name in ["attn.c_attn.weight", "mlp.c_fc.weight", "mlp.c_proj.weight"] {
            let floats = try [one, next].map { try file.floats("transformer.h.\($0).\(name)") }
            #expect(floats[0] == floats[1], "\(name) of the second round and of the third")
        }
    }
}
