import Compiler
import RASP
import Testing

/// The mean of two 2s is 2.0 to the interpreter, and the mean of one 2 is 2. They are equal, and one number in the
/// weights.
@Suite struct KindsOfNumbers {
    private func report(_ function: @escaping @Sendable (Atom) throws -> Atom) throws -> VerificationReport {
        let mean = aggregate(select(indices, indices, .lessOrEqual), SOp(.tokens(.int)))
        let program = Program(
            name: "kinds", output: map(mean, function), outputName: "out", variables: [], vocabulary: [1, 2, 3],
            maxLength: 3, causal: true)
        return try RASPCompiler.compile(program).verify(against: program, count: 100)
    }

    /// Functions that go by the number, as all of the language's do.
    @Test func byValue() throws {
        for function in [{ @Sendable in $0 == 2 ? "two" : "other" }, { .bool(($0.doubleValue ?? 0) > 1.5) }]
            as [@Sendable (Atom) -> Atom]
        {
            let report = try report(function)
            #expect(report.isExhaustive && report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
        }
    }

    /// A Swift function can tell the two apart, and the weights cannot follow it there. The compiler should refuse it.
    @Test func byKind() throws {
        for function in [{ @Sendable in $0.integerValue == nil ? "float" : "int" }, { .string($0.description) }]
            as [@Sendable (Atom) -> Atom]
        {
            let mismatches = try report(function).mismatches
            withKnownIssue { #expect(mismatches == 0) }
        }
    }

    /// Two zeros, as `2 % -0.5` and `0 % 2` are. Nothing in the language tells them apart; a Swift function can.
    @Test func zeros() throws {
        func mismatches(_ function: @escaping @Sendable (Atom) -> Atom) throws -> Int {
            let zero = choose(indices .> 0, SOp(.constant(-0.0)), else: SOp(.constant(0)))
            let program = Program(
                name: "zeros", output: map(zero, function), outputName: "out", variables: [], vocabulary: ["a"],
                maxLength: 3, causal: true)
            return try RASPCompiler.compile(program).verify(against: program, count: 100).mismatches
        }
        #expect(try mismatches { $0 == 0 ? "zero" : "other" } == 0)
        let bySign = try mismatches { .bool($0.doubleValue?.sign == .minus) }
        withKnownIssue { #expect(bySign == 0) }
    }
}
