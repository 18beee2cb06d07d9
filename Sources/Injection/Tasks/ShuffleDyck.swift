import Foundation
import InjectionSettings

extension InjectionTask {
    /// `shuffle-dyck`: are up to 30 brackets of three families matched, each family by itself (families may
    /// interleave)?
    ///
    /// Half the examples are correct. The others are, in equal parts, brackets drawn at random, a correct example with
    /// one bracket replaced, and a correct one with two brackets exchanged. A correct example without its last bracket
    /// belongs to the setting `almost-balanced` and appears in neither train nor test, however it was come by.
    public static func shuffleDyck(_ prompts: Settings.Data.Prompts = .paper) -> InjectionTask {
        let wording: Wording
        let answers: (yes: String, no: String)
        switch prompts {
        case .paper:
            wording = Wording(prompt: "Are parentheses here correctly matched? {input}.Answer:")
            answers = ("Yes", "No")
        case .authors:
            wording = Wording(prompt: "Are parenthesis here correctly matched? {input}\nAnswer:")
            answers = ("yes", "no")
        }
        let families = Brackets(families: ["()", "{}", "[]"])
        let four = Brackets(families: ["()", "{}", "[]", "<>"])
        let label: @Sendable (String) -> Problem = { text in
            Problem(text, four.isMatched(text) ? answers.yes : answers.no)
        }
        let space = ProblemSpace(
            half(of: families, pairs: 1...15, label: label),
            distinct: families.strings(upTo: 30), testShare: 10, longest: [label(String(repeating: "()", count: 15))],
            alphabet: "(){}[]", isReserved: { families.lacksOneClosing($0.input) })

        // The authors' program takes the last bracket off examples of 15 to 90.
        let almost = prompts == .authors ? 8...45 : 1...15
        return InjectionTask(
            name: "shuffle-dyck", summary: "whether brackets are matched", program: "shuffle_dyck", wording: wording,
            tokens: TokenMap(
                rules: "(){}[]".map { TokenMap.Rule(.string(String($0)), [String($0), " \($0)"]) }
                    + [TokenMap.Rule("compute", [":"])],
                fill: "_", end: nil,
                answers: [TokenMap.Rule(true, [" " + answers.yes]), TokenMap.Rule(false, [" " + answers.no])]),
            edits: [.brackets], problems: space,
            testSettings: [
                TestSetting(
                    "almost-balanced", "a correct example without its last bracket",
                    .space(
                        ProblemSpace(
                            .drawn { random in
                                let pairs = random.integer(in: almost)
                                return { random in label(String(families.matched(pairs: pairs, &random).dropLast())) }
                            },
                            distinct: .infinity, longest: []))),
                TestSetting(
                    "length-3x", "31 to 90 brackets",
                    .space(
                        ProblemSpace(
                            half(of: families, pairs: 16...45, label: label), distinct: families.strings(upTo: 90),
                            longest: []))),
                TestSetting(
                    "extra-family", "a fourth family, <>",
                    .space(
                        ProblemSpace(
                            half(of: four, pairs: 1...15, required: "<>", label: label),
                            distinct: four.strings(upTo: 30),
                            longest: []))),
            ])
    }

    /// Half correct, half not; lengths uniform over the pairs given.
    private static func half(
        of brackets: Brackets, pairs range: ClosedRange<Int>, required: String = "",
        label: @escaping @Sendable (String) -> Problem
    ) -> ProblemSpace.Access {
        .drawn { random in
            let pairs = random.integer(in: range)
            let kind = random.integer(below: 6)
            // Only even lengths can be correct; random brackets have odd lengths too, but never longer ones.
            let length = 2 * pairs - (kind == 3 ? random.integer(below: 2) : 0)
            return { random in
                // A required family or an incorrect label may take several draws; each is right more often than not.
                for _ in 0..<200 {
                    let text =
                        kind < 3
                        ? brackets.matched(pairs: pairs, &random)
                        : kind == 3
                            ? brackets.random(length: length, &random)
                            : brackets.damaged(brackets.matched(pairs: pairs, &random), replacing: kind == 4, &random)
                    let holds = required.isEmpty || text.contains { required.contains($0) }
                    if holds, brackets.isMatched(text) == (kind < 3) { return label(text) }
                }
                return label(brackets.matched(pairs: pairs, &random))
            }
        }
    }
}
