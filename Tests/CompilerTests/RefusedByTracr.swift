import Compiler
import RASP
import Testing

/// The programs that tracr's own suite expects its compiler to refuse, in the names of its cases; all of them compile
/// here.
@Suite struct RefusedByTracr {
    static let programs: [String: Program] = {
        let everywhere = selectAll()
        let number = SOp(.elementwise(ElementwiseFunction("number") { $0[0] }, [tokens]), encoding: .numerical)
        func annotated(_ sop: SOp, _ encoding: Encoding) -> SOp { SOp(sop.operation, encoding: encoding) }
        let sops: [String: SOp] = [
            "aggregate_selector_and": aggregate(
                select(tokens, tokens, .equal) && select(indices, tokens, .lessOrEqual), tokens, default: nil),
            "aggregate_with_not_None_default": annotated(
                aggregate(select(indices, indices, .equal), tokens, default: 1), .numerical),
            "categorical_LinearSequenceMap": annotated(indices + tokens, .categorical),
            "categorical_numerical_aggregate": annotated(aggregate(everywhere, tokens, default: nil), .numerical),
            "constant_sop": constant(3),
            "length_primitive": selectorWidth(everywhere),
            "numerical_categorical_aggregate": aggregate(everywhere, number, default: nil),
            "numerical_indices": annotated(indices, .numerical),
            "numerical_numerical_aggregate": annotated(aggregate(everywhere, number, default: 0), .numerical),
            "numerical_selector": selectorWidth(select(number, number, .less)),
            "numerical_tokens": annotated(tokens, .numerical),
            "program_is_tokens": tokens,
            "program_without_tokens": indices * 2,
        ]
        return Dictionary(
            uniqueKeysWithValues: sops.map { name, sop in
                (
                    "unsupported_" + name,
                    Program(name: name, output: sop, outputName: "out", vocabulary: [1, 2, 3], maxLength: 5)
                )
            })
    }()

    /// Every input there is, 3 + 9 + ... + 243 of them, against the interpreter; with either mask.
    static func check(_ program: Program) throws {
        for causal in [false, true] {
            let model = try RASPCompiler.compile(program, options: CompilerOptions(causal: causal))
            let report = try model.verify(against: program, count: 400)
            #expect(report.isExhaustive && report.verified == 363)
            #expect(report.mismatches == 0, "\(report.firstMismatch?.description ?? "")")
        }
    }

    @Test(arguments: programs.keys.sorted()) func compiles(_ name: String) throws {
        try Self.check(#require(Self.programs[name]))
    }
}
