import Foundation
import RASP
import Testing

/// Mutated programs through lexer, parser, evaluator and interpreter. A crash ends the test run, and so does a hang:
/// the limits bound what a program may compute.
///
/// `RASP_FUZZ_PROGRAMS=1000000 swift test -c release --disable-testable-imports --filter FuzzTests` runs the long
/// version, `RASP_FUZZ_SEED` another sequence.
@Suite struct FuzzTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private static let fragments = [
        "select(", "aggregate(", "range(", "zip(", "len(", "round(", "indicator(", "draw(", "selector_width(", "tokens",
        "indices", "length",
        "full_s", "True", "False", "out", "def f(a) { return a; }", "for i in [1,2] {", "}", "{", "(", ")", "[", "]",
        ",", ";", ":", "=", "==",
        "!=", "<", ">=", "+", "-", "*", "/", "%", "^", "and", "or", "not", "in", "if", "else", "for", "return",
        "load \"x\";", "\"a\"", "\"",
        "0", "1", "2", "-1", "0.5", "9223372036854775807", "1000000", "a", "b", "f", "f(1)", "sort(tokens,tokens)",
        "# c\n", "\n",
        "#pragma vocab a\n", "s-op", "set example \"ab\"", "examples off", "exit", "é", "\u{0}", "max(1,2)",
        "shift(tokens,1,\"_\")", "pick(full_s,tokens,", "first)", "closest)", "None", "//", "1e5", "defined(",
        "[[1,2],[3,4]][indices,0]", "loop 2 {", "loop 3 until x {", "until",
        "2.5e-1", "1.0 // 0.1", "min_of(full_s,", "induct(tokens,tokens,1,\"\")", "prefix_sum(",
    ]

    private static let seeds: [String] = {
        var seeds = [
            "x = aggregate(select(indices, length - indices - 1, ==), tokens);",
            "def f(a, b) { c = a + b; return c, 2; } d, e = f(1, 2); x = indices * d + len(e if True else [e]);",
            "l = [i * 2 for i in range(4)]; m = {k: k + 1 for k in l}; x = m[indices * 2]; for a, b in zip(l, l) { x = x + a - b; }",
            "x = pick(select(tokens, \"a\", ==), indices, None, closest); y = x // 2 if defined(x) else 1e1; z = {\"a\": [1, None]}[tokens, 0];",
            "x = indices; h = x > 1; loop 3 until h { x = x + 1; h = x > 2; }",
            "set example \"abc\"\nx = sort(tokens, tokens); x(\"cab\"); full_s([1,2]); show example",
        ]
        for file in ProgramsTests.files {
            if let text = try? String(contentsOf: ProgramsTests.folder.appendingPathComponent(file), encoding: .utf8) {
                seeds.append(text)
            }
        }
        return seeds
    }()

    private func mutated(_ text: String, _ random: inout Generator) -> String {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                bytes.insert(contentsOf: (" " + Self.fragments.randomElement(using: &random)! + " ").utf8, at: place)
            case 2: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
            case 3:
                let end = min(bytes.count, place + Int.random(in: 1...12, using: &random))
                bytes.removeSubrange(place..<end)
            case 4:
                let other = Array(Self.seeds.randomElement(using: &random)!.utf8)
                let start = Int.random(in: 0..<other.count, using: &random)
                bytes.insert(contentsOf: other[start..<min(other.count, start + 40)], at: place)
            default:
                let end = min(bytes.count, place + Int.random(in: 1...30, using: &random))
                bytes.insert(
                    contentsOf: Array(
                        repeatElement(bytes[place..<end], count: Int.random(in: 1...4, using: &random)).joined()),
                    at: place)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func mutatedProgramsNeitherCrashNorHang() {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["RASP_FUZZ_PROGRAMS"].flatMap(Int.init) ?? 2_000
        var random = Generator(state: environment["RASP_FUZZ_SEED"].flatMap(UInt64.init) ?? 1)
        var limits = Limits()
        limits.steps = 20_000
        limits.evaluationWork = 2_000_000
        limits.storage = 4 << 20
        for _ in 0..<count {
            let source = mutated(Self.seeds.randomElement(using: &random)!, &random)
            if let program = try? Program(
                source: source, name: "fuzz", options: .init(strict: Bool.random(using: &random), limits: limits))
            {
                let interpreter = Interpreter(causal: Bool.random(using: &random), limits: limits)
                _ = try? interpreter.run(program, on: ["a", "(", "b", "7"])
                _ = LayerReport(program.output)
                _ = CausalCheck.warnings(for: program)
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                let session = Session(style: Bool.random(using: &random) ? .standard : .transcript, limits: limits)
                for line in source.split(separator: "\n") { _ = session.feed(String(line)).diagnostics.map(\.rendered) }
            }
        }
    }
}
