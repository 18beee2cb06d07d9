import Foundation
import GPT2
import Serialization

/// What is left of the original student: each measure beside the original's, where that is known.
extension Evaluation.Report {
    mutating func retention(_ suite: Evaluation.Suite, _ student: Student, original: Student?) throws {
        let method = options.method
        switch suite {
        case .lambada:
            let file = try file(options.lambada, of: suite)
            let passages = try Lambada.passages(in: file)
            try compare(suite, file, student, original) { Lambada.accuracy(passages, student: $0, method: method) }
        case .sst2, .mrpc:
            let task = suite == .sst2 ? BinaryChoice.sst2 : .mrpc
            let file = try file(suite == .sst2 ? options.sst2 : options.mrpc, of: suite)
            let items = try task.items(in: file, method: method)
            try compare(suite, file, student, original) { task.accuracy(items, student: $0) }
        default:
            try perplexity(student, original: original)
        }
    }

    private mutating func compare(
        _ suite: Evaluation.Suite, _ file: URL, _ student: Student, _ original: Student?,
        _ measure: (Student) throws -> Proportion
    ) throws {
        let own = try measure(student)
        let before = try original.map(measure)
        let method = options.method.choice.rawValue
        suites[suite.rawValue] = .object(JSONObject(
            own.members + [
                ("protocol", .string(method)),
                ("original_accuracy", before.map { JSONValue.number($0.value) } ?? .null),
            ]))
        rows.append([
            suite.rawValue, file.lastPathComponent, Self.percent(own.value),
            "\(own.successes) of \(own.n), protocol \(method)" + (before.map { ", original \(Self.percent($0.value))" } ?? ""),
        ])
    }

    private mutating func perplexity(_ student: Student, original: Student?) throws {
        let file = try options.text ?? BundledFiles().tinyStudent().appendingPathComponent("heldout.txt")
        let text = try Self.read(file)
        let method = options.method.perplexity
        let measure = { (student: Student) in
            try Perplexity.measure(text, student: student, method: method, place: file.path)
        }
        let own = try measure(student)
        let before = try original.map { try measure($0) }
        suites["perplexity"] = [
            "perplexity": .number(own.value), "tokens": .integer(own.tokens), "protocol": .string(method.rawValue),
            "original_perplexity": before.map { JSONValue.number($0.value) } ?? .null,
        ]
        let change = before.map { String(format: ", original %.4f (%+.2f %%)", $0.value, (own.value / $0.value - 1) * 100) }
        rows.append([
            "perplexity", file.lastPathComponent, String(format: "%.4f", own.value),
            "\(own.tokens) tokens, protocol \(method.rawValue)" + (change ?? ""),
        ])
    }

    /// A text for perplexity: plain, or the texts of JSON lines, one after another.
    private static func read(_ file: URL) throws -> String {
        let text = try RegularFile.text(file, maximumBytes: 1 << 30, called: "a text to measure")
        guard text.unicodeScalars.first(where: { !$0.properties.isWhitespace }) == "{" else { return text }
        var reader = try LineReader(file)
        var texts: [String] = []
        while let line = try reader.next() {
            guard let value = try JSONParser.parse(line.text, name: line.place)["text"]?.string else {
                throw Failure(.badData, "the line has no text in a field \"text\"", at: line.place)
            }
            texts.append(value)
        }
        return texts.joined(separator: "\n")
    }
}
