import Basics
import Compiler
import Foundation
import RASP
import Testing

/// The programs under `Programs/` solve their tasks, interpreted and compiled alike.
@Suite struct ShippedPrograms {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Programs")

    static func load(_ name: String) throws -> Program {
        try Program.load(contentsOf: folder.appendingPathComponent(name + ".rasp"))
    }

    private static let models = CompiledOnce()

    /// The program compiled as it stands.
    static func model(_ name: String) throws -> CompiledModel {
        try models(name) { try RASPCompiler.compile(load(name)) }
    }

    /// The answer that greedy decoding reads off: at the trigger and on, until `end`.
    private func answer(_ model: CompiledModel, _ prompt: [Atom]) throws -> String {
        var tokens = prompt
        var text = ""
        while tokens.count <= model.maxLength {
            guard let next = try model.run(tokens).last ?? nil, next != "end", next != "_" else { break }
            text += next.description
            tokens.append(next)
        }
        return text
    }

    @Test(arguments: [60, 100, 140]) func countOfEverySize(_ maxLength: Int) throws {
        let model = try RASPCompiler.compile(Self.load("count"), options: CompilerOptions(maxLength: maxLength))
        #expect(model.layerCount == 1)
        var random = SeededRandom(seed: 7)
        for number in 0...(maxLength - 4) {
            var text =
                [Atom](repeating: "x", count: number)
                + [Atom](repeating: "_", count: random.integer(in: 0...(maxLength - 4 - number)))
            random.shuffle(&text)
            let input = text + [":"]
            #expect(try answer(model, input) == String(number))
            // At the answer's last digit comes the end mark, after it nothing.
            let full = input + String(number).map { Atom.string(String($0)) }
            #expect(try model.run(full).last == .some("end"))
        }
    }

    @Test func namedVariablesOfCount() throws {
        let model = try RASPCompiler.compile(
            Self.load("count"), options: CompilerOptions(fuseThroughNamedVariables: false))
        #expect(model.variables.filter { !$0.isScratch }.map(\.name) == ["tokens", "indices", "n", "offset", "next"])
        #expect(model.variable(named: "n")?.writtenByLayer == 1)
        #expect(model.variable(named: "next")?.writtenByLayer == 2)
        #expect(model.basis.filter { $0.variable == "n" }.map(\.label).prefix(2) == ["n:0", "n:1"])
        #expect(model.output == "next")
        // No state holds anything in the scratch scalars, and the states before a variable's layer nothing of it.
        let states = try model.residualStates(["x", "_", "x", ":"])
        for (direction, basis) in model.basis.enumerated() where basis.isScratch && basis.value == nil {
            for state in 0..<states.count {
                for position in 0..<4 {
                    #expect(
                        states.row(state: state, position: position)[
                            states.row(state: state, position: position).startIndex + direction] == 0)
                }
            }
        }
        let n = try #require(model.variable(named: "n"))
        #expect(model.decode(n, states.row(state: 0, position: 3)) == nil)
        #expect(model.decode(n, states.row(state: 1, position: 3)) == 2)
    }

    @Test(arguments: ["count", "shuffle_dyck", "int_sum", "int_sum_4"]) func verified(_ name: String) throws {
        let program = try Self.load(name)
        let report = try RASPCompiler.compile(program).verify(against: program, count: 150, seed: 11)
        #expect(report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
        #expect(report.undefinedInputs == 0)
        #expect(report.smallestMargin > 0.99)
    }

    /// What a compiled program takes at most.
    struct Size: Sendable {
        let name: String
        let maxLength: Int
        var fuse: Bool?
        let layers, width, hiddenUnits, nonzeros: Int
    }

    /// Fewer layers are not bought with a wider stream or wider MLPs.
    @Test(arguments: [
        Size(name: "count", maxLength: 60, layers: 1, width: 160, hiddenUnits: 263, nonzeros: 1859),
        Size(name: "shuffle_dyck", maxLength: 60, layers: 3, width: 956, hiddenUnits: 1094, nonzeros: 8896),
        Size(name: "int_sum", maxLength: 30, layers: 4, width: 277, hiddenUnits: 310, nonzeros: 3201),
        Size(name: "int_sum", maxLength: 30, fuse: true, layers: 4, width: 293, hiddenUnits: 310, nonzeros: 4829),
        Size(name: "int_sum_4", maxLength: 40, layers: 5, width: 390, hiddenUnits: 480, nonzeros: 8606),
        Size(name: "dyck2", maxLength: 8, layers: 6, width: 66, hiddenUnits: 36, nonzeros: 770),
        Size(name: "sort_by_frequency", maxLength: 8, layers: 5, width: 129, hiddenUnits: 72, nonzeros: 2034),
    ])
    func sizes(_ size: Size) throws {
        let options = CompilerOptions(maxLength: size.maxLength, fuseThroughNamedVariables: size.fuse)
        let model = try RASPCompiler.compile(Self.load(size.name), options: options)
        #expect(model.layerCount <= size.layers)
        #expect(model.width <= size.width)
        #expect(model.hiddenSize <= size.hiddenUnits)
        #expect(model.nonzeroCount <= size.nonzeros)
    }

    @Test(arguments: [("int_sum", 999), ("int_sum_4", 9999)]) func sums(_ name: String, _ largest: Int) throws {
        let model = try Self.model(name)
        #expect(model.layerCount <= 5)
        var random = SeededRandom(seed: 8)
        var pairs = [
            (0, 0), (9, 1), (99, 1), (299, 1), (largest, largest), (largest, 1), (1, largest), (5, 95), (450, 450),
            (100, 0), (0, 100),
        ]
        for _ in 0..<100 { pairs.append((random.integer(in: 0...largest), random.integer(in: 0...largest))) }
        for (a, b) in pairs {
            let prompt = "\(a)+\(b)=".map { Atom.string(String($0)) }
            #expect(try answer(model, prompt) == String(a + b), "\(a) + \(b)")
        }
    }

    @Test(arguments: [60, 100, 140]) func brackets(_ maxLength: Int) throws {
        let model = try RASPCompiler.compile(Self.load("shuffle_dyck"), options: CompilerOptions(maxLength: maxLength))
        #expect(model.layerCount <= 3)
        func judged(_ text: String) throws -> Atom? {
            try model.run(text.map { .string(String($0)) } + ["compute"]).last ?? nil
        }
        let deep =
            String(repeating: "([{", count: (maxLength - 1) / 6) + String(repeating: ")]}", count: (maxLength - 1) / 6)
        for text in [deep, "()", "([)]", "{[(", "", "([{}])()", "}{", ")(", "()()))((", "[]{(})"] {
            var (depth, isMatched) = ([Character: Int](), true)
            for (open, close) in [("(", ")"), ("{", "}"), ("[", "]")] as [(Character, Character)] {
                for character in text {
                    if character == open { depth[open, default: 0] += 1 }
                    if character == close { depth[open, default: 0] -= 1 }
                    if depth[open, default: 0] < 0 { isMatched = false }
                }
                if depth[open, default: 0] != 0 { isMatched = false }
            }
            #expect(try judged(text) == .bool(isMatched), "\(text)")
        }
        #expect(try model.run(["(", ")"]) == [false, false])
    }
}
