import InjectionSettings

extension InjectionTask {
    /// `int-sum`: `211 + 123 = 334`, all pairs of operands from 0 to 450.
    ///
    /// There are 451^2 = 203,401 ordered pairs. Those whose sum is a positive multiple of 100 are left to the setting
    /// `cascading-overflow`, where the carry runs to the front; one in 40 of the others is for testing.
    public static func intSum(_ prompts: Settings.Data.Prompts = .paper) -> InjectionTask {
        let largest = 450
        let side = largest + 1
        let space = ProblemSpace(
            .indexed(count: side * side) { sumProblem($0 / side, $0 % side) },
            distinct: Double(side * side), testShare: 40, longest: [sumProblem(450, 449), sumProblem(100, 101)],
            alphabet: "0123456789+",
            isReserved: { problem in
                guard let sum = Int(problem.output) else { return false }
                return sum > 0 && sum <= 2 * largest && sum % 100 == 0
            })

        // Appendix D: both operands have four digits; the authors' program draws from 0 to 4499.
        let fourDigits = prompts == .authors ? 0...4_499 : 1_000...9_999
        return InjectionTask(
            name: "int-sum", summary: "the sum of two whole numbers", program: "int_sum",
            wording: Wording(prompt: "{input} ="),
            tokens: TokenMap(
                rules: [TokenMap.Rule("+", [" +", "+"]), TokenMap.Rule("=", [" =", "="])] + digitRules,
                fill: "_", end: "end"),
            edits: [.digits], problems: space,
            testSettings: [
                TestSetting(
                    "cascading-overflow", "the sum is a multiple of 100", .space(cascadingOverflow)),
                TestSetting(
                    "four-digit", "operands from \(fourDigits.lowerBound) to \(fourDigits.upperBound)",
                    .space(
                        ProblemSpace(
                            .drawn { _ in
                                { random in sumProblem(random.integer(in: fourDigits), random.integer(in: fourDigits)) }
                            },
                            distinct: Double(fourDigits.count) * Double(fourDigits.count), longest: []))),
                TestSetting(
                    "decimals", "operands from 0 to 450 with two decimals",
                    .space(
                        ProblemSpace(
                            .drawn { _ in
                                { random in
                                    let a = random.integer(below: side) * 100 + random.integer(below: 100)
                                    let b = random.integer(below: side) * 100 + random.integer(below: 100)
                                    return Problem("\(decimal(a)) + \(decimal(b))", decimal(a + b))
                                }
                            },
                            distinct: Double(side * 100) * Double(side * 100), longest: []))),
            ])
    }

    /// Every pair a + b = 100 i for i from 1 to 9 and a from 0 to 100 i - 1: 4,500 pairs, operands up to 900.
    private static let cascadingOverflow = ProblemSpace(
        .indexed(count: 4_500) { index in
            var hundreds = 1
            var rest = index
            while rest >= 100 * hundreds {
                rest -= 100 * hundreds
                hundreds += 1
            }
            return sumProblem(rest, 100 * hundreds - rest)
        },
        distinct: 4_500, longest: [])

    private static func sumProblem(_ a: Int, _ b: Int) -> Problem { Problem("\(a) + \(b)", String(a + b)) }

    private static func decimal(_ hundredths: Int) -> String {
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
