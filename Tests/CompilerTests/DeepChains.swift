import Compiler
import RASP

/// Programs of many layers that pass a one-hot of 300 values on, each through another construction. Every step has a
/// name of its own, so that none is fused with the next.
enum DeepChains {
    static let depth = 22
    static let values = 300

    static let programs = ofValues + counting(upTo: 120, comparing: 60)

    private static let ofValues: [(name: String, program: Program)] = [
        ("kept or replaced", chain(numbers) { kept($0, $1) }),
        ("rotated or kept", chain(numbers) { rotated($0, $1) }),
        (
            "one of two copies",
            chain(numbers) { value, step in
                sequenceMap([value, rotated(value, step), indices % 3]) { $0[2] == 0 ? $0[0] : $0[1] }
            }
        ),
        (
            "copied by attention",
            chain(numbers, maxLength: 30) { value, _ in
                aggregate(select(indices, indices - 1, .equal), value, default: 7)
            }
        ),
        (
            "attention and maps in turn",
            chain(numbers, maxLength: 12) { value, step in
                step % 2 == 0 ? kept(value, step) : aggregate(select(indices, indices - 1, .equal), value, default: 7)
            }
        ),
        (
            "selected by its own value",
            chain(numbers, maxLength: 8) { value, step in
                kept(
                    aggregate(select(value, value, .equal) && select(indices, indices, .equal), value, default: 0), step
                )
            }
        ),
    ]

    /// Chains that begin with a count: there sums in fp32 begin to be off.
    ///
    /// - Parameters:
    ///   - count: the longest input of the first, and so its largest count.
    ///   - compared: the longest input of the second, which begins with a difference of counts.
    static func counting(upTo count: Int, comparing compared: Int) -> [(name: String, program: Program)] {
        [
            (
                "beginning with a count",
                chain(["a", "b"], maxLength: count, from: selectorWidth(select(tokens, tokens, .equal))) {
                    kept($0, $1)
                }
            ),
            (
                "beginning with a comparison of counts",
                chain(
                    ["a", "b"], maxLength: compared,
                    from: selectorWidth(select(tokens, "a", .equal))
                        - selectorWidth(select(indices, indices, .lessOrEqual))
                ) { kept($0, $1) }
            ),
        ]
    }

    /// Narrow enough for an export, whose dense layers are as wide as all steps together.
    static let narrow = counting(upTo: 40, comparing: 24)

    private static let numbers: [Atom] = (0..<values).map { .int($0) }

    /// At every third position, shifted from step to step, something else.
    private static func kept(_ value: SOp, _ step: Int) -> SOp {
        let other = Atom.int(step)
        return sequenceMap(value, indices % 3) { $1 == .int(step % 3) ? other : $0 }
    }

    private static func rotated(_ value: SOp, _ step: Int) -> SOp {
        sequenceMap(value, indices % 2) { value, place in
            place == .int(step % 2) ? .int(((value.integerValue ?? 0) + 1) % values) : value
        }
    }

    private static func chain(
        _ vocabulary: [Atom], maxLength: Int = 5, from start: SOp = tokens, _ step: (SOp, Int) -> SOp
    ) -> Program {
        var variables: [(name: String, sop: SOp)] = []
        var value = start
        for number in 0..<depth {
            value = step(value, number)
            variables.append(("v\(number)", value))
        }
        return Program(
            name: "chain", output: value, outputName: "out", variables: variables, vocabulary: vocabulary,
            maxLength: maxLength, causal: true)
    }

    /// Nothing fused through the names: a layer for every step at least.
    static func compile(_ program: Program, readError: Double = 0) throws -> CompiledModel {
        var options = CompilerOptions(fuseThroughNamedVariables: false)
        options.readError = readError
        return try RASPCompiler.compile(program, options: options)
    }
}
