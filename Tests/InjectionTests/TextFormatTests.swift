import Basics
import Foundation
import Injection
import InjectionSettings
import Testing

/// How a text file's format is found, and what each format reads.
@Suite struct TextFormatTests {
    private let bytes = PieceTokenizer.bytes

    /// The first windows of the documents of a file.
    private func documents(_ text: String, name: String, format: TextFormat = .auto, count: Int) throws -> [String] {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent(name)
            try Data(text.utf8).write(to: url)
            var file = try TextFile(url, tokenizer: bytes, tokens: 40, windows: .first, format: format)
            return try (0..<count).map { _ in bytes.decode(try file.next()) }
        }
    }

    @Test(arguments: [
        // A byte order mark is no text, whatever the format.
        ("a.jsonl", "\u{FEFF}{\"text\": \"one\"}\n{\"text\": \"two\"}\n", ["one", "two"]),
        ("a.txt", "\u{FEFF}one\ntwo\n", ["one", "two"]),
        // Carriage returns, blank lines, a last line without an end.
        ("a.txt", "one\r\n\r\ntwo", ["one", "two"]),
        ("a.ndjson", "{\"text\": \"one\"}\r\n\r\n\"two\"", ["one", "two"]),
        // Without a name that says so: by the whole first line.
        ("corpus", "\n{\"id\": 1, \"text\": \"one\"}\n{\"text\": \"two\"}", ["one", "two"]),
        ("corpus", "[{\"text\": \"one\"}, {\"text\": \"two\"}]\n", ["one", "two"]),
        ("a.json", "[\n  \"one\",\n  {\"text\": \"two\"}\n]\n", ["one", "two"]),
        ("a.json", "{\"text\": \"one\"}\n{\"text\": \"two\"}\n", ["one", "two"]),
        // Plain text may begin as JSON does.
        ("a.txt", "{{Infobox}} begins\nhere", ["{{Infobox}} begins", "here"]),
        ("a.txt", "[Verse 1]\nla la", ["[Verse 1]", "la la"]),
        ("a.txt", "{\"text\": one\nmore", ["{\"text\": one", "more"]),
    ]) func formatsAreFound(name: String, text: String, wanted: [String]) throws {
        #expect(try documents(text, name: name, count: 2) == wanted)
    }

    @Test func aFormatCanBeSaid() throws {
        #expect(
            try documents("{\"text\": \"one\"}\nmore", name: "a.jsonl", format: .plain, count: 1) == [
                "{\"text\": \"one\"}"
            ])
        #expect(try documents("[\"one\", \"two\"]", name: "a.txt", format: .json, count: 2) == ["one", "two"])
        #expect(try Settings.resolve(overrides: [SettingOverride("text.format", "jsonl")]).text.format == .jsonl)
        #expect(throws: Failure.self) { try Settings.resolve(overrides: [SettingOverride("text.format", "lines")]) }
    }

    @Test func aBrokenLineOfJSONIsNamed() {
        for (name, text) in [
            ("a.jsonl", "{\"text\": \"one\"}\n{\"text\": \"two\n"), ("a.jsonl", "\n{\"text\" \"one\"}\n"),
        ] {
            do {
                _ = try documents(text, name: name, count: 3)
                Issue.record("accepted: \(text)")
            } catch let failure as Failure {
                #expect(failure.kind == .badData && failure.location?.hasSuffix(":2") == true, "\(failure)")
            } catch { Issue.record(error) }
        }
    }
}

/// Keys of task files are told apart by their scalars.
@Suite struct ExactKeyTests {
    @Test func symbolsInTwoSpellingsAreTwo() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("settings.yaml")
            // Both spellings of é as keys: unknown settings, and not one key given twice.
            try Data("\u{E9}: 1\ne\u{301}: 2\n".utf8).write(to: url)
            do {
                _ = try Settings.resolve(configuration: url)
                Issue.record("accepted")
            } catch let failure as Failure {
                #expect(failure.message.contains("unknown setting"), "\(failure)")
            }
            // What is read is what stands in the file.
            let path = "te\u{301}\u{34F}xt/\u{E9}"
            try Data("text: {file: \"\(path)\"}\n".utf8).write(to: url)
            #expect(try Settings.resolve(configuration: url).text.file?.hasSameBytes(as: path) == true)
        }
    }
}
