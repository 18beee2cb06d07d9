import Compiler
import RASP
import Testing

/// Additions in tracr's primitives take no more of anything than tracr takes for them.
@Suite struct AdditionSizes {
    /// What tracr takes: by its rules for layers, heads, directions and hidden units, four weights a unit.
    struct Expected: Sendable {
        let addition: Addition
        let layers, heads, width, hiddenUnits, nonzeros: Int

        init(_ digits: Int, _ way: Addition.Way, layers: Int, heads: Int, width: Int, hiddenUnits: Int, nonzeros: Int) {
            addition = Addition(digitCount: digits, way: way, maxLength: 16)
            (self.layers, self.heads, self.width) = (layers, heads, width)
            (self.hiddenUnits, self.nonzeros) = (hiddenUnits, nonzeros)
        }
    }

    static let all = [
        Expected(2, .number, layers: 4, heads: 5, width: 194, hiddenUnits: 304, nonzeros: 3588),
        Expected(2, .digits, layers: 5, heads: 5, width: 200, hiddenUnits: 309, nonzeros: 3420),
        Expected(3, .number, layers: 4, heads: 7, width: 458, hiddenUnits: 3781, nonzeros: 20136),
        Expected(3, .digits, layers: 5, heads: 7, width: 379, hiddenUnits: 1500, nonzeros: 10328),
        Expected(3, .picks, layers: 6, heads: 7, width: 293, hiddenUnits: 409, nonzeros: 5464),
        Expected(4, .number, layers: 6, heads: 8, width: 2545, hiddenUnits: 43978, nonzeros: 197_516),
        Expected(4, .digits, layers: 8, heads: 8, width: 1481, hiddenUnits: 17000, nonzeros: 78620),
        Expected(4, .picks, layers: 9, heads: 8, width: 412, hiddenUnits: 533, nonzeros: 8140),
        Expected(5, .picks, layers: 11, heads: 8, width: 524, hiddenUnits: 578, nonzeros: 11100),
    ]

    @Test(arguments: all) func noneLarger(_ expected: Expected) throws {
        let program = expected.addition.program
        let model = try RASPCompiler.compile(program)
        #expect(model.layerCount <= expected.layers)
        #expect(model.headsPerLayer.max() ?? 0 <= expected.heads)
        #expect(model.width <= expected.width)
        #expect(model.hiddenSize <= expected.hiddenUnits)
        #expect(model.nonzeroCount <= expected.nonzeros)
        let report = try model.verify(against: program, count: 50)
        #expect(report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
        // Random inputs are hardly ever sums.
        let input = Array("other 4 5 + 5 7 = 1 0 2 other".split(separator: " ").map { Atom.string(String($0)) })
        let sum = ["1", "0", "2", "eos"].map { Atom?.some(.string($0)) }
        #expect(Array(try model.run(input)[6...9]) == sum)
    }
}
