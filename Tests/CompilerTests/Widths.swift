import Compiler
import RASP
import Testing

/// A width is right at every count up to the maximum length, where tracr's defaults are wrong from ten on.
@Suite struct Widths {
    @Test(arguments: [(64, true), (64, false), (300, true)]) func everyCount(_ maxLength: Int, _ causal: Bool) throws {
        let program = Program(
            name: "w", output: selectorWidth(select(tokens, "x", .equal)), vocabulary: ["x", "y"], maxLength: maxLength,
            causal: causal)
        let model = try RASPCompiler.compile(program)
        for count in 0...maxLength {
            let input = [Atom](repeating: "x", count: count) + [Atom](repeating: "y", count: maxLength - count)
            let output = try model.run(input)
            #expect(output.last == .some(.int(count)))
            #expect(output.first == .some(.int(causal ? min(count, 1) : count)))
        }
    }
}
