import BasicTestSupport
import Basics
import Foundation
import LanguageModels
import TensorCore
import Testing

/// Against `transformers`' tokenizer on random texts, and a saved student in its hands. Runs where GPT2_PEER_PYTHON
/// names a Python that has it; GPT2_TOKENIZER names a folder with GPT-2's own vocabulary, to be tried as well;
/// GPT2_PEER_TEXTS is the number of texts.
@Suite(.enabled(if: environment("GPT2_PEER_PYTHON") != nil), .serialized)
struct PeerTokenizerTests {
    @Test(arguments: ["small", "gpt2"])
    func randomTextsAreThePeers(vocabulary: String) throws {
        var folder = resource("Goldens/tokenizer")
        if vocabulary == "gpt2" {
            guard let path = environment("GPT2_TOKENIZER") else { return }
            folder = URL(fileURLWithPath: path)
        }
        try withFolder { temporary in
            let file = temporary.appendingPathComponent("texts.json")
            try python("random_texts.py", folder.path, Self.count, "1", file.path)
            try compare(Tokenizer.load(folder), file, vocabulary)
        }
    }

    /// Small tokenizers of the kinds that other families have.
    @Test(
        arguments: [
            "llama3", "qwen2", "qwen2-described", "pythia", "digits", "llama2", "llama2-class", "llama2-metaspace",
        ], ["1", "2"])
    func kindsAreThePeers(kind: String, seed: String) throws {
        try withFolder { temporary in
            let (folder, file) = (
                temporary.appendingPathComponent("folder"), temporary.appendingPathComponent("texts.json")
            )
            try python("tokenizer_kinds.py", kind, folder.path, Self.count, seed, file.path)
            try compare(Tokenizer.load(folder), file, kind)
        }
    }

    private static let count = environment("GPT2_PEER_TEXTS") ?? "5000"

    /// Compares with a file of texts, their ids, and what all ids but the first are decoded to.
    private func compare(_ tokenizer: Tokenizer, _ file: URL, _ name: String) throws {
        let items = try #require(try JSONFile.read(file, maximumBytes: 2_000_000_000).array)
        var wrong = 0
        for item in items {
            let text = try #require(item["text"]?.string)
            let ids = try #require(item["ids"]?.array).map { Int32($0.integer ?? -1) }
            let got = tokenizer.encode(text, framed: true)
            // Without the first token the bytes often start within a character.
            if got != ids || tokenizer.decode(ids.dropFirst()) != item["decoded"]?.string {
                wrong += 1
                if wrong < 10 { Issue.record("\(name): \(text.debugDescription): \(got), not \(ids)") }
            }
        }
        print("\(name): \(items.count) texts, \(wrong) differ")
        #expect(wrong == 0)
    }

    /// The folder that `Student.save` writes, edited merges included.
    @Test func savedStudentsLoadInThePeer() throws {
        let text = TrainingText.chunks(count: 30)
        let tokenizer = try Tokenizer.train(on: text, vocabularySize: 500).removingMerges { left, _ in left == "th" }
        let configuration = GPT2Configuration(
            vocabularySize: 512, contextLength: 64, width: 48, layers: 3, heads: 4, innerWidth: 100)
        let student = try Student(model: GPT2Model(configuration: configuration, seed: 2), tokenizer: tokenizer)
        // Larger weights, so that the answer is not one token over and over.
        for parameter in student.model.parameters.parameters where parameter.shape.dimensions.count > 1 {
            for index in 0..<parameter.value.count { parameter.value[index] *= 10 }
        }
        try withFolder { folder in
            let place = folder.appendingPathComponent("student")
            try student.save(to: place)
            let out = folder.appendingPathComponent("out.json")
            let prompt = "the thein 12 (re) 'X'? Answer:"
            try python("load_student.py", place.path, prompt, "20", out.path)
            let peer = try JSONFile.readObject(out)
            let ids = try #require(peer["ids"]?.array).map { Int32($0.integer ?? -1) }
            #expect(tokenizer.encode(prompt) == ids)
            #expect(peer["eos"]?.integer == 499 && peer["generation_eos"]?.integer == 499)
            let tape = Tape(arena: Arena(), recording: false)
            let logits = student.model.logits(tape, student.model.forward(tape, PackedBatch([ids]))).value
            let expected = try #require(peer["logits"]?.array).map { Float($0.number ?? .nan) }
            #expect(largestDifference(logits.rows(ids.count - 1..<ids.count).values, expected) < 1e-4)
            let greedy = try #require(peer["greedy"]?.array).map { Int32($0.integer ?? -1) }.filter { $0 != 499 }
            #expect(try student.model.generate(prompts: [ids], maxNewTokens: 20, stop: 499) == [greedy])
        }
    }
}
