import Compiler
import RASP
import Testing

/// The one table of programs that runs through every stage.
struct TestProgram: Sendable, CustomTestStringConvertible {
    let name: String
    let program: Program

    var testDescription: String { name }

    init(
        _ name: String, vocabulary: [Atom] = ["a", "b", "c"], maxLength: Int = 5, causal: Bool = false,
        variables: [(name: String, sop: SOp)] = [], _ output: SOp
    ) {
        self.name = name
        program = Program(
            name: name, output: output, outputName: "out", variables: variables, vocabulary: vocabulary,
            maxLength: maxLength,
            causal: causal)
    }

    private static let models = CompiledOnce()

    /// The program compiled as it stands. Names are different.
    func model() throws -> CompiledModel { try Self.models(name) { try RASPCompiler.compile(program) } }
}

extension TestProgram {
    static let table: [TestProgram] = {
        let previous = aggregate(select(indices, indices - 1, .equal), tokens, default: nil)
        let length = selectorWidth(selectAll())
        let histogram = selectorWidth(select(tokens, tokens, .equal))
        let isA = tokens .== "a"
        let shareOfA = aggregate(select(indices, indices, .lessOrEqual), indicator(isA), default: 0)
        let flipped = length - indices - 1
        let both = select(tokens, "a", .equal) && select(indices, indices, .less)
        let either = select(tokens, "a", .equal) || select(indices, indices, .equal)
        let neither = !(select(tokens, "a", .equal) && select(indices, indices, .less))
        let gaps = choose(tokens .== "b", undefined(), else: tokens)
        let numbers: [Atom] = [-1, 0, 2]
        let value = SOp(.tokens(.int))
        return [
            TestProgram("tokens", tokens),
            TestProgram("constant", constant("k")),
            TestProgram("map of tokens", isA),
            TestProgram("parity of indices", indices % 2),
            TestProgram("map of tokens and indices", sequenceMap(tokens, indices) { t, i in t == "a" ? i : -1 }),
            TestProgram("length", length),
            TestProgram("length causal", causal: true, length),
            TestProgram("histogram", histogram),
            TestProgram("histogram causal", causal: true, histogram),
            TestProgram("previous token, undefined at the start", previous),
            TestProgram(
                "previous token with a default",
                aggregate(select(indices, indices - 1, .equal), tokens, default: "none")),
            TestProgram("undefined fed on", map(previous) { .string($0.description + "!") }),
            TestProgram("reverse", aggregate(select(indices, flipped, .equal), tokens)),
            TestProgram("share of a", shareOfA),
            TestProgram("share of a causal", causal: true, shareOfA),
            TestProgram("share compared", maxLength: 7, causal: true, shareOfA .> 0.6),
            TestProgram(
                "share named and compared", maxLength: 6, causal: true, variables: [("share", shareOfA)],
                shareOfA .>= 0.5),
            TestProgram("share without default", aggregate(both, indices)),
            TestProgram(
                "share default a string", maxLength: 4,
                map(aggregate(both, indices, default: "none")) { $0 == "none" ? "empty" : $0 == 1 ? "one" : "other" }),
            TestProgram("conjunction", selectorWidth(both)),
            TestProgram("disjunction", selectorWidth(either)),
            TestProgram("complement of a conjunction", selectorWidth(neither)),
            TestProgram("disjunction averaged", aggregate(either, indices, default: 9)),
            TestProgram("complement", selectorWidth(!select(tokens, tokens, .equal))),
            TestProgram("never", aggregate(Selector(.constant(false)), tokens, default: "z")),
            TestProgram("comparison of s-ops", histogram .== length),
            TestProgram("difference of widths", histogram - selectorWidth(select(tokens, "a", .equal))),
            TestProgram(
                "negative numbers", vocabulary: numbers, maxLength: 4,
                aggregate(select(indices, indices, .lessOrEqual), value)),
            TestProgram("sum", vocabulary: numbers, maxLength: 4, sum(select(indices, indices, .lessOrEqual), value)),
            TestProgram(
                "sum with default", vocabulary: numbers, maxLength: 4,
                SOp(
                    .aggregate(
                        select(value, 2, .equal) && select(indices, indices, .less), value, defaultValue: 7, .sum))),
            TestProgram("mean of means", maxLength: 4, aggregate(selectAll(), shareOfA)),
            TestProgram(
                "mean over undefined", maxLength: 4,
                aggregate(
                    select(indices, indices, .lessOrEqual), aggregate(select(indices, indices - 1, .equal), indices))),
            TestProgram(
                "sort", vocabulary: [3, 1, 2], maxLength: 4,
                {
                    let position = selectorWidth(
                        select(tokens, tokens, .less)
                            || (select(tokens, tokens, .equal) && select(indices, indices, .less)))
                    return aggregate(select(position, indices, .equal), tokens)
                }()),
            TestProgram("select by a width", aggregate(select(histogram, 2, .equal), indices, default: -1)),
            TestProgram("select by a share", maxLength: 4, selectorWidth(select(shareOfA, shareOfA, .less))),
            TestProgram("partial function", map(indices) { $0 == 3 ? try Arithmetic.divide($0, 0) : $0 }),
            TestProgram(
                "weighted sum as a number", vocabulary: [0, 1, 2.5], maxLength: 4,
                SOp(
                    .elementwise(
                        ElementwiseFunction("linear") {
                            .float(2 * ($0[0].doubleValue ?? 0) - 0.5 * ($0[1].doubleValue ?? 0))
                        },
                        [tokens, indices]), encoding: .numerical)),
            TestProgram(
                "fractions", vocabulary: [0.5, -0.25, 1], maxLength: 4,
                aggregate(select(indices, indices, .lessOrEqual), SOp(.tokens(.float)), default: 0)),
            TestProgram(
                "sum of fractions compared", vocabulary: [0.5, -0.25, 1], maxLength: 4,
                sum(select(indices, indices, .lessOrEqual), SOp(.tokens(.float))) .> 0.75),
            TestProgram("undefined as a key", selectorWidth(select(previous, tokens, .equal))),
            TestProgram("undefined as a query", aggregate(select(tokens, previous, .equal), indices, default: -1)),
            TestProgram(
                "undefined added to", vocabulary: numbers, maxLength: 4,
                aggregate(select(indices, indices - 1, .equal), value) + value),
            TestProgram("mean without a row, added to", maxLength: 4, aggregate(both, indices, default: nil) + indices),
            TestProgram("a tuple as default", aggregate(both, tokens, default: .tuple(["none", 0]))),
            TestProgram(
                "a boolean as default", aggregate(select(indices, indices - 2, .equal), tokens, default: false)),
            TestProgram("a fraction as default", maxLength: 4, aggregate(both, indices, default: 0.5)),
            TestProgram("without tokens, causal", causal: true, selectorWidth(select(indices % 2, 1, .equal))),
            TestProgram(
                "sum named, compared with its double", maxLength: 4,
                variables: [("counted", histogram)], (histogram + histogram) .> length),
            TestProgram("negated number", vocabulary: numbers, maxLength: 3, value * -2),
            TestProgram(
                "numbers in one direction", vocabulary: numbers, maxLength: 3,
                SOp(value.operation, encoding: .numerical)),
            TestProgram("pick the first", pick(select(tokens, "a", .equal), indices, default: -1, .first)),
            TestProgram(
                "pick the last, causal", causal: true, pick(select(tokens, tokens, .notEqual), tokens, .last)),
            TestProgram("pick the closest", pick(select(tokens, "a", .equal), indices, default: -1, .closest)),
            TestProgram(
                "pick a mean", maxLength: 4, variables: [("share", shareOfA)],
                pick(select(indices, indices, .less), shareOfA, default: 0.5, .last)),
            TestProgram("gaps chosen", variables: [("gaps", gaps)], choose(defined(gaps), gaps, else: "-")),
            TestProgram("gaps picked", pick(select(indices, indices, .less), gaps, default: "?", .last)),
            TestProgram("whole quotients", floorDivide(histogram * 3 - 4, 2)),
            TestProgram(
                "several named outputs", variables: [("length", length), ("hist", histogram), ("previous", previous)],
                sequenceMap([length, histogram]) { .tuple($0) }),
        ]
    }()
}
