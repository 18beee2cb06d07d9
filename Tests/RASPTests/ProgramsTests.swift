import Foundation
import RASP
import Testing

/// Every program under Programs/ carries examples, `# example: INPUT -> JSON array`, which are executed here.
@Suite struct ProgramsTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Programs")

    static let files: [String] = ["", "decompiling/"].flatMap { part in
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/" + part)) ?? []
        return names.filter { $0.hasSuffix(".rasp") }.sorted().map { part + $0 }
    }

    struct Example { let input: [Atom], output: [Atom?] }

    static func examples(in text: String) throws -> [Example] {
        try text.split(separator: "\n").filter { $0.hasPrefix("# example: ") }.map { line in
            let parts = line.dropFirst("# example: ".count).components(separatedBy: " -> ")
            try #require(parts.count == 2, "\(line)")
            let array = try JSONDecoder().decode([Cell].self, from: Data(parts[1].utf8))
            var input = parts[0].unicodeScalars.map { Atom.string(String($0)) }
            if parts[0].hasPrefix("[\"") {
                input = try JSONDecoder().decode([String].self, from: Data(parts[0].utf8)).map { .string($0) }
            }
            return Example(input: input, output: array.map(\.atom))
        }
    }

    struct Cell: Decodable {
        let atom: Atom?
        init(from decoder: Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                atom = nil
                return
            }
            if let value = try? container.decode(Bool.self) {
                atom = .bool(value)
                return
            }
            if let value = try? container.decode(Int.self) {
                atom = .int(value)
                return
            }
            if let value = try? container.decode(Double.self) {
                atom = .float(value)
                return
            }
            atom = .string(try container.decode(String.self))
        }
    }

    @Test(arguments: files) func examplesHold(file: String) throws {
        let url = Self.folder.appendingPathComponent(file)
        let program = try Program.load(contentsOf: url)
        #expect(program.warnings.isEmpty, "\(program.warnings.map(\.rendered))")
        let examples = try Self.examples(in: String(contentsOf: url, encoding: .utf8))
        #expect(!examples.isEmpty, "\(file) has no examples")
        for example in examples {
            let output = try Interpreter(causal: program.causal ?? false).run(program, on: example.input).output
            #expect(output == example.output, "\(file) on \(example.input)")
            // A program written for a causal mask gives the same without one, unless it says otherwise.
            if program.causal == true, CausalCheck.warnings(for: program).isEmpty {
                #expect(try Interpreter().run(program, on: example.input).output == example.output)
            }
        }
    }

    @Test func programsAreThere() { #expect(Self.files.count >= 45) }

    /// Commands of SCAN that ALTA's authors test, and the longest there is, with as many rounds as any command takes.
    @Test func scan() throws {
        let text = "load \"\(Self.folder.path)/shared/scan\";\nscan = scan(16, 113);"
        let program = try Program(source: text, name: "scan")
        func actions(_ command: String, room: Int = 0) throws -> String {
            let words = command.split(separator: " ").map { Atom.string(String($0)) }
            let input = words + ["eos"] + [Atom](repeating: "_", count: room)
            let output = try Interpreter().run(program, on: input).output
            return output.compactMap { $0 }.filter { $0 != "" }.map(\.description).joined(separator: " ")
        }
        #expect(try actions("jump twice") == "JUMP JUMP")
        #expect(try actions("jump twice after walk") == "WALK JUMP JUMP")
        #expect(
            try actions("look right and turn opposite right twice") == "RTURN LOOK RTURN RTURN RTURN RTURN")
        let left = Array(repeating: "LTURN JUMP", count: 12)
        let right = Array(repeating: "RTURN RUN", count: 12)
        #expect(
            try actions("run around right thrice after jump around left thrice", room: 39)
                == (left + right).joined(separator: " "))
    }

    // spec §12, spec §17 layers and heads
    /// The reference scheduler's numbers for programs of the same structure.
    @Test(
        arguments: [
            ("length", [1]), ("selector_width(select(tokens, tokens, ==))", [2]), ("tokens[3]", [1]),
            ("tokens[-1]", [1, 1]),
            ("aggregate(select(indices, length - indices - 1, ==), tokens)", [1, 1]), ("sort(tokens, tokens)", [2, 1]),
            ("count(tokens, \"a\")", [1]), ("shift(tokens, 1, \"_\")", [1]), ("mark_last_instance(tokens, \"a\")", [1]),
            ("indices + 1", []),
        ] as [(String, [Int])])
    func layersAndHeads(expression: String, heads: [Int]) throws {
        let program = try Program(source: "x = \(expression);", name: "x")
        #expect(LayerReport(program.output).headsPerLayer == heads)
    }

    @Test(arguments: [
        ("select(indices, indices, <=)", true), ("select(indices, indices, <)", true),
        ("select(indices, indices, >)", false),
        ("select(tokens, tokens, ==)", false), ("select(tokens, tokens, ==) and select(indices, indices, <)", true),
        ("select(tokens, tokens, ==) or select(indices, indices, <)", false), ("not select(indices, indices, >)", true),
        ("select(indices, indices - 1, ==)", true), ("select(indices, indices + 1, ==)", false),
        ("select(indices, 0, ==)", true),
        ("select(indices, 1, ==)", false), ("full_s", false),
        ("not (select(tokens, tokens, ==) or select(indices, indices, >=))", true),
    ]) func causalCheckFindsSelectorsThatLookAhead(selector: String, isSafe: Bool) throws {
        let program = try Program(source: "x = aggregate(\(selector), indices);", name: "x")
        #expect(CausalCheck.warnings(for: program).isEmpty == isSafe)
        // What is called safe must be unchanged by the mask, on any input.
        let input: [Atom] = ["a", "b", "a", "c", "a", "b"]
        let plain = try Interpreter().run(program, on: input).output
        let masked = try Interpreter(causal: true).run(program, on: input).output
        #expect((plain == masked) == isSafe)
    }
}
