import BasicTestSupport
import Basics
import Foundation
import LanguageModels
import Testing

/// A real model's folder against `transformers`: what both say to prompts, token by token, and how both cut texts. Runs where
/// GPT2_PEER_PYTHON names a Python that has torch and transformers, and PEER_FOLDER a Hugging Face folder; PEER_PROMPTS is
/// the number of prompts (100).
@Suite(.enabled(if: environment("GPT2_PEER_PYTHON") != nil && environment("PEER_FOLDER") != nil), .serialized)
struct PeerFolderTests {
    private let folder = URL(fileURLWithPath: environment("PEER_FOLDER") ?? "")

    @Test func greedyTextsAreThePeers() throws {
        try withFolder { temporary in
            let file = temporary.appendingPathComponent("greedy.json")
            try python("greedy_texts.py", folder.path, environment("PEER_PROMPTS") ?? "100", "20", file.path)
            let student = try Student.load(from: folder, gradients: false)
            let items = try #require(try JSONFile.read(file, maximumBytes: 100_000_000).array)
            func ids(_ value: JSONValue?) throws -> [Int32] {
                try #require(value?.array).map { Int32($0.integer ?? -1) }
            }
            let prompts = try items.map { try ids($0["ids"]) }
            for (item, prompt) in zip(items, prompts) {
                #expect(student.tokenizer.encode(try #require(item["prompt"]?.string), framed: true) == prompt)
            }
            let said = try student.model.generate(prompts: prompts, maxNewTokens: 20)
            var wrong = 0
            for ((item, prompt), said) in zip(zip(items, prompts), said) {
                let expected = try ids(item["greedy"])
                if said != expected {
                    wrong += 1
                    let place = zip(said, expected).prefix { $0 == $1 }.count
                    Issue.record(
                        "\(prompt.count) tokens: differs at \(place), where the peer's best two are \(item["margins"]?.array?[place].number ?? .nan) apart"
                    )
                }
            }
            print("\(items.count) prompts, \(wrong) differ")
            #expect(!items.isEmpty)
        }
    }

    @Test func unicodeTextsAreThePeers() throws {
        try withFolder { temporary in
            let file = temporary.appendingPathComponent("texts.json")
            try python("random_texts.py", folder.path, environment("GPT2_PEER_TEXTS") ?? "5000", "1", file.path)
            let tokenizer = try Tokenizer.load(folder)
            let items = try #require(try JSONFile.read(file, maximumBytes: 2_000_000_000).array)
            for item in items {
                let text = try #require(item["text"]?.string)
                let ids = try #require(item["ids"]?.array).map { Int32($0.integer ?? -1) }
                #expect(tokenizer.encode(text, framed: true) == ids, "\(text.debugDescription)")
            }
            print("\(items.count) texts")
        }
    }
}
