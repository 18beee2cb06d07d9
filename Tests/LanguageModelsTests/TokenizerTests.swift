import BasicTestSupport
import Basics
import Foundation
import LanguageModels
import Testing

@Suite struct TokenizerTests {
    static let small = Result { try Tokenizer.load(resource("Goldens/tokenizer")) }

    private func goldens(_ key: String) throws -> [(text: String, ids: [Int32])] {
        let json = try JSONFile.readObject(resource("Goldens/tokenizer.json"))
        return try #require(json[key]?.array).map { item in
            (try #require(item["text"]?.string), try #require(item["ids"]?.array).map { Int32($0.integer ?? -1) })
        }
    }

    private func compare(_ tokenizer: Tokenizer, _ key: String) throws {
        for (text, ids) in try goldens(key) {
            #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
            #expect(tokenizer.decode(ids) == text)
        }
    }

    @Test func idsAreThePeers() throws {
        try compare(Self.small.get(), "small")
    }

    @Test(.enabled(if: environment("GPT2_TOKENIZER") != nil))
    func idsOfGPT2AreThePeers() throws {
        let folder = URL(fileURLWithPath: environment("GPT2_TOKENIZER") ?? "")
        try compare(Tokenizer.load(folder), "gpt2")
    }

    /// Edit nothing by hand: run with WRITE_GOLDENS=1, then Goldens/tokenizer.py.
    @Test func trainingGivesTheCommittedVocabulary() throws {
        let trained = try Tokenizer.train(on: TrainingText.chunks(count: 60), vocabularySize: 600)
        if environment("WRITE_GOLDENS") != nil {
            try withFolder { folder in
                try trained.save(to: folder)
                let target = resource("Goldens/tokenizer")
                try AtomicFile.createDirectory(target)
                for name in ["vocab.json", "merges.txt"] {
                    try AtomicFile.write(
                        Data(contentsOf: folder.appendingPathComponent(name)), to: target.appendingPathComponent(name))
                }
            }
        }
        let committed = try Self.small.get()
        #expect(trained.symbols == committed.symbols)
        #expect(trained.merges.map { $0.left + " " + $0.right } == committed.merges.map { $0.left + " " + $0.right })
    }

    @Test func trainedVocabulariesKeepTheirPromises() throws {
        let tokenizer = try Self.small.get()
        #expect(tokenizer.count == 600)
        #expect(tokenizer.endOfText == 599)
        for byte in UInt8(0x21)...0x7E {
            let character = String(Unicode.Scalar(byte))
            for text in [character, " " + character] {
                let token = try #require(tokenizer.token(piece: text))
                #expect(tokenizer.encode(text) == [token])
                #expect(tokenizer.piece(token) == text)
            }
        }
        let digits = { (token: Int32) in tokenizer.bytes(token).filter { (0x30...0x39).contains($0) }.count }
        #expect((0..<600).allSatisfy { digits($0) <= 1 })
        // Not a vocabulary of bytes: frequent words are one token.
        #expect(tokenizer.encode("the the the").count == 3)
        #expect(throws: Failure.self) { try Tokenizer.train(on: ["abc"], vocabularySize: 350) }
        #expect(try Tokenizer.train(on: ["abc"], vocabularySize: 1000).count == 351)
    }

    @Test func specialTokensCanBeLeftAlone() throws {
        let tokenizer = try Self.small.get()
        let text = "a<|endoftext|>b"
        #expect(tokenizer.encode(text).contains(599))
        let plain = tokenizer.encode(text, findingSpecials: false)
        #expect(!plain.contains(599) && tokenizer.decode(plain) == text)
    }

    @Test func mergesCanBeLeftOut() throws {
        let tokenizer = try Self.small.get()
        let edited = tokenizer.removingMerges { left, right in left.contains("t") || right.contains("t") }
        #expect(edited.symbols == tokenizer.symbols)
        let text = "the theit, 1234 (stre)"
        #expect(edited.encode(text).count > tokenizer.encode(text).count)
        #expect(edited.encode(text).allSatisfy { !edited.piece($0).contains("t") || edited.piece($0).count == 1 })
        #expect(edited.decode(edited.encode(text)) == text)

        let ones = try Tokenizer.train(on: Array(repeating: "((( ))) (( ))", count: 9), vocabularySize: 360)
        #expect(ones.encode("(((").count < 3)
        let hasBracket = { (text: String) in text.contains { "()".contains($0) } }
        let split = ones.removingMerges { left, right in hasBracket(left) && hasBracket(right) }
        #expect(split.encode("((()))").count == 6)
        #expect(split.encode(" (").count == 1)  // a space and a bracket may stay together
    }

    @Test func savedTokenizersReadBack() throws {
        let tokenizer = try Self.small.get().removingMerges { left, _ in left == "t" }
        try withFolder { folder in
            try tokenizer.save(to: folder, contextLength: 64)
            let text = "the the theit <|endoftext|>\n"
            let names = ["tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json"]
            #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)) == Set(names))
            let single = try Tokenizer.load(folder)
            try FileManager.default.removeItem(at: folder.appendingPathComponent("tokenizer.json"))
            let pair = try Tokenizer.load(folder)
            for read in [single, pair] {
                #expect(read.encode(text) == tokenizer.encode(text))
                #expect(read.symbols == tokenizer.symbols && read.endOfText == 599)
            }
        }
    }

    /// A word without end takes about a second. Were the time quadratic in its length it would be hours, and the test
    /// with it would not end.
    @Test func longWordsAreNoTrap() throws {
        let tokenizer = try Self.small.get()
        let word = String(repeating: "theinonst", count: 220_000)
        #expect(tokenizer.decode(tokenizer.encode(word)) == word)
        let spaces = String(repeating: " ", count: 2_000_000) + "x"
        #expect(tokenizer.decode(tokenizer.encode(spaces)) == spaces)
    }

    @Test func threadsDoNotDisturbEachOther() async throws {
        let tokenizer = try Self.small.get()
        let texts = TrainingText.chunks(count: 40)
        let expected = texts.map { tokenizer.encode($0) }
        let got = await withTaskGroup(of: (Int, [Int32]).self) { group in
            for (index, text) in texts.enumerated() { group.addTask { (index, tokenizer.encode(text)) } }
            return await group.reduce(into: [Int: [Int32]]()) { $0[$1.0] = $1.1 }
        }
        #expect(texts.indices.allSatisfy { got[$0] == expected[$0] })
    }
}
