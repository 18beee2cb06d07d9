import Compiler
import Foundation
import RASP
import Testing

/// The programs after examples of neighbouring languages: what their authors' tests expect, by weights as without them.
@Suite struct NeighbourPrograms {
    private static func text(_ input: String) -> [Atom] { input.map { .string(String($0)) } }
    private static func words(_ input: String) -> [Atom] { input.split(separator: " ").map { .string(String($0)) } }

    private func check(_ program: Program, _ model: CompiledModel, count: Int, _ examples: [([Atom], [Atom?])]) throws {
        for (input, output) in examples {
            #expect(try Interpreter(causal: program.causal ?? false).run(program, on: input).output == output)
            #expect(try model.run(input) == output)
        }
        let report = try model.verify(against: program, count: count)
        #expect(report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
        #expect(report.verified > 0 && report.smallestMargin > 0.99)
    }

    /// A round of either loop is a layer of attention, or two where one head reads what the other found.
    @Test func parityAndAddition() throws {
        let parity = try ShippedPrograms.load("parity")
        let one = try RASPCompiler.compile(parity)
        #expect(one.layerCount == 9)
        try check(parity, one, count: 200, [(Self.text("10101"), [1, 1, 0, 0, 1])])

        let addition = try ShippedPrograms.load("addition")
        let two = try RASPCompiler.compile(addition)
        #expect(two.layerCount <= 7 && two.nonzeroCount < 8350)
        try check(
            addition, two, count: 200,
            [
                (Self.text("s789+456e"), [0, 0, 0, 0, 1, 2, 4, 5, 0]), (Self.text("s9+1e"), [0, 0, 1, 0, 0]),
                (Self.text("s999+001e"), [0, 0, 0, 0, 1, 0, 0, 0, 0]),
            ])
    }

    @Test func subleq() throws {
        let program = try ShippedPrograms.load("subleq")
        let model = try ShippedPrograms.model("subleq")
        try check(
            program, model, count: 60,
            [(Self.words("9 11 3 11 10 6 11 11 -1 5 10 0"), [9, 11, 3, 11, 10, 6, 11, 11, -1, 5, 15, 0])])
    }

    /// `jump twice` is parsed in five rounds and walked through in seven.
    @Test func scan() throws {
        let program = try Program(
            source: """
                #pragma vocab twice jump walk after eos
                #pragma max_length 3
                load "\(ShippedPrograms.folder.path)/shared/scan";
                scan = scan(5, 7);
                """, name: "scan")
        let model = try RASPCompiler.compile(program)
        try check(
            program, model, count: 200,
            [(Self.words("jump twice eos"), ["JUMP", "JUMP", ""]), (Self.words("walk eos"), ["WALK", ""])])
    }

    @Test func templates() throws {
        let program = try ShippedPrograms.load("psl")
        let model = try ShippedPrograms.model("psl")
        var tokens = Self.words("Q B V D E A D E V B . Q F G H V K L A")
        let prompt = tokens.count
        while tokens.last != ".", tokens.count < 28 { tokens.append(try #require(try model.run(tokens).last ?? nil)) }
        #expect(tokens.dropFirst(prompt) == Self.words("K L V F G H .")[...])
        try check(program, model, count: 200, [])
    }

    @Test func histogramOfLearntForm() throws {
        let program = try ShippedPrograms.load("transformer_program")
        let model = try ShippedPrograms.model("transformer_program")
        try check(program, model, count: 300, [(Self.words("<s> 4 4 0"), ["<s>", "2", "2", "1"])])
    }

    static let decompiling: [String] = {
        let folder = ShippedPrograms.folder.appendingPathComponent("decompiling")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".rasp") }.map { "decompiling/" + $0.dropLast(5) }.sorted()
    }()

    /// The tasks of decompilers, with the circuit that is to be found.
    @Test(arguments: decompiling) func circuits(_ name: String) throws {
        var options = CompilerOptions()
        if name.hasSuffix("addition") { options.maxLength = 12 }
        let program = try ShippedPrograms.load(name)
        let model = try RASPCompiler.compile(program, options: options)
        try check(program, model, count: 60, [])
    }

    @Test func tasksAreThere() { #expect(Self.decompiling.count == 28) }
}
