import Foundation
import Injection
import Testing

@Suite struct TasksExampleFileTests {
    private func read(_ text: String) throws -> [Example] {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("data.jsonl")
            try Data(text.utf8).write(to: url)
            return try ExampleFile(contentsOf: url).examples
        }
    }

    @Test func linesRoundTrip() throws {
        let examples = [
            Example(prompt: "a \"quoted\"\nline\t\\ \u{1}", answer: " é\u{2028}"), Example(prompt: "b", answer: "c"),
        ]
        #expect(try read(examples.map(\.jsonLine).joined(separator: "\n\n")) == examples)
        #expect(examples[1].jsonLine.contains("\n") == false)
        #expect(try read(examples[1].jsonLine + "\r\n") == [examples[1]])
    }

    /// Who exports a table writes lines or one array.
    @Test func anArrayIsTheSameAsLines() throws {
        let examples = [Example(prompt: "a", answer: "[1]"), Example(prompt: "[b", answer: "c")]
        let lines = examples.map(\.jsonLine)
        for text in [
            "[\(lines.joined(separator: ","))]",
            "\u{FEFF}\r\n [\r\n\(lines.joined(separator: ",\r\n"))\r\n]\r\n",
        ] { #expect(try read(text) == examples, "\(text)") }
    }

    @Test func spellingsAreDifferentExamples() {
        let (one, two) = (Example(prompt: "\u{E9}", answer: "b"), Example(prompt: "e\u{301}", answer: "b"))
        #expect(one != two && Set([one, two]).count == 2 && one == Example(prompt: "\u{E9}", answer: "b"))
    }

    @Test(arguments: [
        ("{\"prompt\": \"a\", \"answer\": \"b\"}\n{\"prompt\": \"a\"}", ":2", "no \"answer\""),
        ("{\"promt\": \"a\", \"answer\": \"b\"}", ":1", "\"promt\""),
        ("{\"prompt\": \"a\", \"answer\": 3}", ":1", "a number"),
        ("{\"prompt\": \"\", \"answer\": \"3\"}", ":1", "empty"),
        ("[1]", ", element 1", "a number"), ("[\n7]", ", element 1", "a number"), ("[{\"prompt\": ", ":1:", "JSON"),
        ("[]", "data.jsonl", "no examples"), ("\n{\"prompt\": ", ":2:12", "JSON"), ("", "data.jsonl", "no examples"),
        (String(repeating: "[", count: 100_000), ":1", "JSON"),
    ])
    func brokenLinesAreNamed(text: String, place: String, message: String) throws {
        let refusal = try #require(failure { _ = try read(text) }, "accepted")
        #expect(refusal.kind == .badData)
        #expect(refusal.location?.contains(place) == true, "\(refusal)")
        #expect(refusal.message.contains(message), "\(refusal)")
    }

    @Test func missingFileIsNotFound() {
        #expect(failure { _ = try ExampleFile(contentsOf: URL(fileURLWithPath: "/nowhere.jsonl")) }?.kind == .notFound)
        #expect(failure { _ = try ExampleFile(contentsOf: FileManager.default.temporaryDirectory) }?.kind == .notFound)
    }

    @Test func ordersOfAFile() throws {
        let examples = (0..<10).map { Example(prompt: "p\($0)", answer: "a") }
        var plain = ExampleSource.FileStream(examples, shuffle: false, seed: 1)
        #expect((0..<25).map { _ in plain.next() } == (examples + examples + examples.prefix(5)))
        var shuffled = ExampleSource.FileStream(examples, shuffle: true, seed: 1)
        let drawn = (0..<20).map { _ in shuffled.next() }
        #expect(Set(drawn.prefix(10)) == Set(examples) && Set(drawn.suffix(10)) == Set(examples))
        #expect(Array(drawn.prefix(10)) != examples && Array(drawn.prefix(10)) != Array(drawn.suffix(10)))
        var resumed = ExampleSource.file(.init(examples, shuffle: true, seed: 1))
        resumed.advance(to: 7)
        #expect(try (7..<20).map { _ in try resumed.next() } == Array(drawn[7...]))
    }
}
