import Basics
import Compiler
import Foundation
import RASP
import Testing

/// The GPT-2 that a model is exported as: what is refused, what is written, and, where `GPT2_PEER_PYTHON` names a
/// Python with torch and transformers, what it answers.
@Suite struct Exports {
    @Test func refused() throws {
        let both = Program(
            name: "p", output: selectorWidth(select(tokens, tokens, .equal)), vocabulary: ["a"], maxLength: 3,
            causal: false)
        let bidirectional = try RASPCompiler.compile(both)
        #expect(throws: Failure.self) { try GPT2Export(bidirectional) }
        let share = aggregate(select(tokens, "a", .equal), indices)
        let number = try RASPCompiler.compile(
            Program(name: "p", output: share, vocabulary: ["a", "b"], maxLength: 3, causal: true))
        let failure = try #require(throws: Failure.self) { try GPT2Export(number) }
        #expect(failure.remedy?.contains("categorical") == true)
    }

    @Test func layout() throws {
        let model = try ShippedPrograms.model("count")
        let export = try GPT2Export(model)
        #expect(export.width % export.heads == 0 && export.width > model.width)
        #expect(Set(export.tokens).count == export.tokens.count)
        #expect(export.value(of: export.token(of: "7")) == "7")
        #expect(export.value(of: export.undefinedToken) == nil)
        // A width has the narrowest gaps, 1 / (n (n + 1)) of its scalar: the error stays far below a quarter of it.
        #expect(export.normalizationError < 1 / Double(4 * model.maxLength))
    }

    /// Two tokens that look alike keep their texts.
    @Test func tokensAreNamedByTheirBytes() throws {
        let spellings: [Atom] = ["\u{E9}", "e\u{301}"]
        let same = aggregate(select(indices, indices, .equal), tokens)
        let program = Program(name: "p", output: same, vocabulary: spellings, maxLength: 3, causal: true)
        let export = try GPT2Export(RASPCompiler.compile(program))
        for spelling in spellings { #expect(export.value(of: export.token(of: spelling)) == spelling) }
        let texts = Set(export.tokens.map { ExactString($0) })
        #expect(texts.count == export.tokens.count && texts.isSuperset(of: ["\u{E9}", "e\u{301}"]), "\(export.tokens)")
    }

    /// Every row that is written to the stream sums to zero, so that normalisation subtracts nothing.
    @Test func balance() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("export-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let export = try GPT2Export(ShippedPrograms.model("induction"))
        try export.save(to: folder)
        let file = try SafeTensorsFile(contentsOf: folder.appendingPathComponent("model.safetensors"))
        for name in ["wpe.weight", "h.0.attn.c_proj.weight", "h.1.mlp.c_proj.weight"] {
            let values = try file.floats("transformer." + name)
            for start in stride(from: 0, to: values.count, by: export.width) {
                let sum = values[start..<(start + export.width)].reduce(0.0) { $0 + Double($1) }
                // 16 roundings to fp32 of numbers up to 30.
                #expect(abs(sum) < 1e-5, "\(name) row \(start / export.width)")
            }
        }
    }

    @Test(
        .enabled(if: PeerScript.python != nil, "no Python with transformers is named"),
        arguments: ["count", "int_sum", "shuffle_dyck", "induction"])
    func transformers(_ name: String) throws {
        let model = try ShippedPrograms.model(name)
        let export = try GPT2Export(model)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("export-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try export.save(to: folder)
        let inputs = Array(model.sampleInputs(count: 60, seed: 4))
        let lines = try inputs.map { "\(try export.encode($0))\n" }.joined()
        let file = folder.appendingPathComponent("inputs.jsonl")
        try Data(lines.utf8).write(to: file)
        let answers = try PeerScript.lines(
            "run_gpt2.py", [folder.path], python: #require(PeerScript.python), reading: file
        ).map { try JSONParser.parse($0).array?.compactMap(\.integer) ?? [] }
        try #require(answers.count == inputs.count)
        for (input, answer) in zip(inputs, answers) {
            #expect(Array(answer.dropFirst()) == (try model.run(input).map { export.token(of: $0) }))
        }
    }
}
