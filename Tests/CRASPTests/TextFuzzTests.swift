import Basics
import CRASP
import CountingTestSupport
import Foundation
import RASP
import Testing

/// Damaged programs through lexer, parser, checker and interpreter. A crash ends the test run.
///
/// `CRASP_FUZZ_PROGRAMS` sets how many, `CRASP_FUZZ_SEED` which.
@Suite struct TextFuzzTests {
    private static let fragments = [
        "#", "#[", "]", "(", ")", "j", "i", "i - 1", "<=", "=", ":=", "==", "and", "or", "not", "?", ":", "if", "else",
        "min(", "max(", ",", "+", "-", "*", "%", "2", "9223372036854775807", "true", "Q_a", "Q_", "NEXT_a", "\"",
        "\"b\"",
        "\n", ";", "// c\n", "#pragma vocab a\n", "#pragma output x\n", "#import pred\n", "pred2", "≤", "∧", "¬", "é",
        "\u{0}",
    ]

    @Test func damagedTexts() throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["CRASP_FUZZ_PROGRAMS"].flatMap(Int.init) ?? 2_000
        var random = SeededRandom(
            seed: environment["CRASP_FUZZ_SEED"].flatMap(UInt64.init) ?? 1, stream: "damaged counting programs")
        var samples = (0..<40 as Range<UInt64>).map { RandomCounting.text(seed: $0) }
        for name in Programs.shipped {
            samples.append(
                try String(contentsOf: Programs.folder.appendingPathComponent(name + ".crasp"), encoding: .utf8))
        }
        var readable = 0
        for _ in 0..<count {
            var bytes = Array(random.pick(samples).utf8)
            for _ in 0...random.integer(below: 4) {
                let place = random.integer(below: bytes.count + 1)
                switch random.integer(below: 4) {
                case 0, 1: bytes.insert(contentsOf: (" " + random.pick(Self.fragments) + " ").utf8, at: place)
                case 2: if place < bytes.count { bytes[place] = UInt8(random.integer(below: 256)) }
                default: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.integer(below: 9)))
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            do {
                let program = try CRASPProgram(source: text, name: "damaged")
                readable += 1
                _ = try program.evaluate(["a", "b", "(", "1"])
            } catch is RASPError {} catch { Issue.record("\(error): \(text)") }
        }
        #expect(readable > count / 20 && readable < count, "\(readable) of \(count) could be read")
    }
}
