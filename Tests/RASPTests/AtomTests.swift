import RASP
import Testing

@Suite struct AtomTests {
    @Test func booleansIntegersAndFloatsAreOneNumericTower() {
        #expect(Atom.bool(true) == 1 && Atom.int(1) == 1.0 && Atom.float(1) == true)
        #expect(Set<Atom>([true, 1, 1.0]).count == 1)
        #expect(Atom.string("1") != 1)
        // Exact, not by rounding: 2^53 + 1 is no double.
        #expect(Atom.int(9_007_199_254_740_993) != .float(9_007_199_254_740_992))
    }

    // spec §18 what Swift does otherwise: strings by scalar, one numeric tower, floored modulo, float text
    @Test func stringsCompareByScalar() throws {
        #expect(Atom.string("\u{E9}") != .string("e\u{301}"))
        #expect(Set<Atom>(["\u{E9}", "e\u{301}"]).count == 2)
        #expect(try Comparison.less.holds("Z", "a") && Comparison.less.holds("\u{FFFD}", "\u{10000}"))
        #expect(throws: ValueError.self) { try Comparison.less.holds("a", 1) }
    }

    @Test(
        arguments: [
            (0.1, "0.1"), (1, "1.0"), (1e16, "1e+16"), (1e15, "1000000000000000.0"), (0.0001, "0.0001"),
            (0.00001, "1e-05"), (1.5e300, "1.5e+300"), (-0.0, "-0.0"), (1.0 / 3, "0.3333333333333333"),
            (123456.789, "123456.789"), (.infinity, "inf"), (12_345_678_901_234_567_168, "1.2345678901234567e+19"),
        ] as [(Double, String)])
    func floatsPrintAsInPython(value: Double, text: String) { #expect(Atom.text(of: value) == text) }

    @Test func displayRoundsToThreeDecimals() {
        #expect(Atom.float(2.0 / 3).displayed == "0.667" && Atom.float(0.0005).displayed == "0.001")
        #expect(Atom.float(2).displayed == "2.0" && Atom.bool(true).displayed == "T")
    }

    @Test func arithmeticFollowsPython() throws {
        #expect(try Arithmetic.modulo(-7, 3) == 2 && Arithmetic.modulo(7, -3) == -2)
        #expect(try Arithmetic.modulo(.int(.min), -1) == 0)
        #expect(try Arithmetic.divide(4, 2) == 2.0 && Arithmetic.power(2, -1) == 0.5)
        #expect(try Arithmetic.add(true, true) == 2 && Arithmetic.multiply("ab", 2) == "abab")
        for (value, rounded) in [(2.5, 2), (3.5, 4), (0.5, 0), (-0.5, 0)] {
            #expect(try Arithmetic.round(.float(value)) == .int(rounded))
        }
    }

    @Test func overflowAndHostSemanticsAreErrors() {
        #expect(throws: ValueError.self) { try Arithmetic.add(.int(.max), 1) }
        #expect(throws: ValueError.self) { try Arithmetic.power(10, 19) }
        #expect(throws: ValueError.self) { try Arithmetic.negate(.int(.min)) }
        #expect(throws: ValueError.self) { try Arithmetic.power(-8, 0.5) }
        #expect(throws: ValueError.self) { try Arithmetic.modulo("%d", 3) }
        #expect(throws: ValueError.self) { try Arithmetic.multiply("ab", 1_000_000_000_000) }
    }
}
