import Basics
import Foundation
import Injection
import InjectionSettings
import LanguageModels
import Pretraining
import Testing

/// Readers of text: configurations in YAML, plain text, JSON lines, flags.
@Suite(.serialized) struct TextFuzzTests {
    private static let corpus: [String] = [
        Settings().yaml(), "recipe: paper\ntask: int-sum\nlr: {student: 1e-4, schedule: linear}\n",
        "task: count\nlr.student: 1e-3\noptimizer:\n  betas: [0.9, 0.95]\nalignment:\n  layers: [0, 4, 8]\n",
        "# nothing\n---\nbatch: &b\n  task: 3\n  text: 4\n...\n",
    ]
    private static let pieces = [
        "[", "]", "{", "}", ": ", "- ", "? ", "&a ", "*a", "*b", "<<: *a\n", "!!binary ", "!!python/object ", "!<x> ",
        "|\n", ">-\n", "\"",
        "'", "\t", "%YAML 9.9\n", "---\n", "...\n", "#", "\u{0}", "\u{FEFF}", "~", ".inf", ".nan", "0x7fffffffffffffff",
        "1e999", "-1",
        "99999999999999999999", "1_000", "null", "true", "\r", "\u{2028}", "é", "steps: 5\n", "lr:\n", "  student: 1\n",
        "\\x", "\\U0011FFFF",
    ]

    @Test func settings() throws {
        let fuzzer = try Fuzzer("settings")
        try fuzzer.run { mutator in
            _ = try Settings.resolve(yaml: Self.yaml(mutator.pick(Self.corpus), &mutator), name: "fuzz.yaml")
        }
    }

    @Test func pretrainSettings() throws {
        let fuzzer = try Fuzzer("pretrain")
        let sample = PretrainSettings().yaml()
        try fuzzer.run { mutator in
            try fuzzer.write(Array(Self.yaml(sample, &mutator).utf8), to: "c.yaml")
            _ = try PretrainSettings.resolve(configuration: fuzzer.file("c.yaml"))
        }
    }

    @Test func overrides() throws {
        let fuzzer = try Fuzzer("overrides")
        let keys = Settings.keys.map(\.path)
        try fuzzer.run { mutator in
            var text =
                "\(mutator.pick(keys))=\(mutator.pick(["1", "0.5", "true", "[1, 2]", "tiny", "null"] + Self.pieces))"
            if mutator.chance(0.3) { text = mutator.mutate(text) }
            _ = try Settings.resolve(overrides: [SettingOverride(parsing: text)]).yaml()
        }
    }

    /// Lines and pieces moved, repeated, removed, indented otherwise, and put in where nothing expects them.
    private static func yaml(_ sample: String, _ mutator: inout Mutator) -> String {
        var lines = sample.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for _ in 0..<mutator.below(4) {
            let place = mutator.below(lines.count)
            switch mutator.below(6) {
            case 0: lines.remove(at: place)
            case 1: lines.insert(lines[place], at: mutator.below(lines.count))
            case 2: lines[place] = String(repeating: " ", count: mutator.below(5)) + lines[place].drop { $0 == " " }
            case 3: lines[place] = mutator.mutate(lines[place])
            case 4:
                let line = lines[place]
                let cut = line.index(line.startIndex, offsetBy: mutator.below(line.count + 1))
                lines[place] = line[..<cut] + mutator.pick(pieces) + line[cut...]
            default: lines[place] += String(repeating: mutator.pick(pieces), count: 1 + mutator.below(40))
            }
            if lines.isEmpty { break }
        }
        let bytes = Array(lines.joined(separator: "\n").utf8)
        return String(decoding: mutator.chance(0.2) ? mutator.damage(bytes) : bytes, as: UTF8.self)
    }

    @Test(arguments: [Settings.Text.Windows.stream, .first]) func plainTextAndJSONLines(
        _ windows: Settings.Text.Windows
    ) throws {
        let fuzzer = try Fuzzer("text-\(windows.rawValue)")
        try fuzzer.write(Array(Samples.tokenizer.text(indented: false).utf8), to: "tokenizer.json")
        let tokenizer = try Tokenizer.load(fuzzer.folder)
        let documents: [JSONValue] = [["text": .string(Samples.prose)], ["text": "b", "meta": ["n": 1]]]
        try fuzzer.run { mutator in
            let bytes =
                mutator.chance(0.5)
                ? DocumentFuzzTests.lines(documents, &mutator)
                : mutator.chance(0.7) ? mutator.damage(Array(Samples.prose.utf8)) : Array(Samples.prose.utf8)
            try fuzzer.write(bytes, to: "text")
            var text = try TextFile(fuzzer.file("text"), tokenizer: tokenizer, tokens: 5, windows: windows)
            for _ in 0..<3 { _ = try text.next() }
            // A saved position gives the window that came next.
            let position = text.position
            let expected = try text.next()
            try text.seek(to: position)
            if try text.next() != expected { Issue.record("another window after seeking") }
            try text.seek(to: TextPosition(pass: 0, offset: mutator.below(bytes.count + 4), tokens: mutator.below(9)))
            _ = try text.next()
        }
    }
}
