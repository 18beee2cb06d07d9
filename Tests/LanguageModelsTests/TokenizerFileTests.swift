import BasicTestSupport
import Basics
import Foundation
import LanguageModels
import Testing

/// Broken and foreign tokenizer files end in one clear error.
@Suite struct TokenizerFileTests {
    private func load(vocabulary: String, merges: String) throws -> Failure? {
        try withFolder { folder in
            try Data(vocabulary.utf8).write(to: folder.appendingPathComponent("vocab.json"))
            try Data(merges.utf8).write(to: folder.appendingPathComponent("merges.txt"))
            return failure { _ = try Tokenizer.load(folder) }
        }
    }

    /// The 256 bytes, and more.
    private func vocabulary(_ more: [(String, Int)] = []) -> String {
        let bytes = (UInt8.min...UInt8.max).map { (ByteAlphabet.symbol([$0]), JSONValue.integer(Int($0))) }
        return JSONValue.object(JSONObject(bytes + more.map { ($0.0, .integer($0.1)) })).text()
    }

    @Test func wholeFilesAreRead() throws {
        #expect(try load(vocabulary: vocabulary([("ab", 256)]), merges: "#version: 0.2\na b\n\n") == nil)
        #expect(try load(vocabulary: vocabulary([("ab", 256), ("##", 257)]), merges: "a b\r\n# #\n") == nil)
    }

    @Test func brokenFilesAreRefused() throws {
        let cases: [(String, String, String)] = [
            ("{}", "", "needed for the byte"),
            ("[]", "", "object"),
            ("{", "", "not valid JSON"),
            (vocabulary([("ab", 300)]), "", "numbered from 0"),
            (vocabulary([("ab", -1)]), "", "numbered from 0"),
            (vocabulary([("ab", 0)]), "", "numbered from 0"),
            (vocabulary([("ab", 256), ("cd", 256)]), "", "two tokens"),
            (vocabulary(), "a b\n", "result of the merge"),
            (vocabulary([("ab", 256)]), "a b c\n", "not two symbols"),
            (vocabulary([("ab", 256)]), "a b\nxx b\n", "part of the merge"),
            (vocabulary([("ab", 256)]), "a \n", "not two symbols"),
        ]
        for (vocabulary, merges, reason) in cases {
            let failure = try #require(try load(vocabulary: vocabulary, merges: merges), "\(reason)")
            #expect(failure.kind == .badData)
            if reason != "numbered from 0" || !failure.message.contains("stands for two tokens") {
                #expect(failure.message.contains(reason), "\(failure.message)")
            }
        }
    }

    @Test func missingFilesAreNamed() throws {
        try withFolder { folder in
            #expect(failure { _ = try Tokenizer.load(folder) }?.kind == .notFound)
            try Data(vocabulary().utf8).write(to: folder.appendingPathComponent("vocab.json"))
            #expect(failure { _ = try Tokenizer.load(folder) }?.kind == .notFound)
        }
    }

    /// Files with changed bytes are read or refused, and never end the process.
    @Test func mutatedFilesNeverTrap() throws {
        try withFolder { folder in
            try TokenizerTests.small.get().save(to: folder)
            let file = folder.appendingPathComponent("tokenizer.json")
            let whole = try Data(contentsOf: file)
            var random = SeededRandom(seed: 2)
            for _ in 0..<150 {
                var bytes = whole
                for _ in 0...random.integer(below: 3) {
                    bytes[random.integer(below: bytes.count)] = random.pick(Array(#""{}[],:0a "#.utf8))
                }
                if random.integer(below: 4) == 0 { bytes = bytes.prefix(random.integer(below: bytes.count)) }
                try bytes.write(to: file)
                if let tokenizer = try? Tokenizer.load(folder) { _ = tokenizer.encode("the 123 text") }
            }
        }
    }
}
