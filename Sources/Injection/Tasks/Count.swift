import Basics
import InjectionSettings

extension InjectionTask {
    /// `count`: how many `x` are among up to 40 `x` and `y`, digit by digit.
    ///
    /// The space has 2 + 4 + ... + 2^40 = 2^41 - 2 strings, less the 40 of `x` alone, which the setting `x-only` keeps.
    ///
    /// Uniformly drawn strings would have counts near half their length, and large counts hardly ever. Here half the
    /// examples draw the length uniformly from 1 to 40 and then the number of `x` uniformly below it, the other half
    /// the number uniformly from 0 to 39 and then the length uniformly above it: no length is rarer than 1 in 80, nor
    /// any count.
    public static func count(_ prompts: Settings.Data.Prompts = .paper) -> InjectionTask {
        let longestText = 40
        let wording =
            switch prompts {
            case .paper: Wording(prompt: "What is the number of 'X' in this text? {input}. Answer:")
            case .authors: Wording(prompt: "What is the number of 'X' in this text? {input}\nAnswer:")
            }
        let space = ProblemSpace(
            .drawn { random in
                let length: Int
                let count: Int
                if random.integer(below: 2) == 0 {
                    length = random.integer(in: 1...longestText)
                    count = random.integer(below: length)
                } else {
                    count = random.integer(below: longestText)
                    length = random.integer(in: count + 1...longestText)
                }
                return { random in countProblem(length: length, count: count, &random) }
            },
            distinct: 0x1p41 - 2 - Double(longestText), testShare: 10,
            longest: [0, 20, 39].map { count in
                Problem(
                    spaced(
                        (String(repeating: "x", count: count) + String(repeating: "y", count: longestText - count)).utf8
                    ),
                    String(count))
            },
            alphabet: "xy", isReserved: { !$0.input.holds("y") })

        // The authors' program draws "3x" from 5 up, the paper's from 41 up.
        let shortest = prompts == .authors ? 5 : 41
        return InjectionTask(
            name: "count", summary: "the number of x in a text of x and y", program: "count", wording: wording,
            tokens: TokenMap(
                // A bare x is a piece of words ("te-x-t"); the counted ones always follow a space.
                rules: [TokenMap.Rule("x", [" x"], otherwise: ["x"]), TokenMap.Rule(":", [":"])] + digitRules,
                fill: "_", end: "end"),
            edits: [.digits], problems: space,
            testSettings: [
                TestSetting(
                    "x-only", "1 to 40 x and no y",
                    .space(
                        ProblemSpace(
                            .indexed(count: longestText) { index in
                                Problem(spaced(String(repeating: "x", count: index + 1).utf8), String(index + 1))
                            },
                            distinct: Double(longestText), longest: []))),
                TestSetting(
                    "length-3x", "\(shortest) to 120 characters",
                    .space(
                        ProblemSpace(
                            .drawn { random in
                                let length = random.integer(in: shortest...120)
                                let count = random.integer(in: 0...length)
                                return { random in countProblem(length: length, count: count, &random) }
                            },
                            distinct: 0x1p121 - 0x1p41, longest: []))),
                TestSetting(
                    "y-to-z", "the test split with z in place of y",
                    .test { Problem(withZ($0.input), $0.output) }),
            ])
    }

    /// The ten digits, bare and after a space, as one program token each.
    static let digitRules = (0...9).map { TokenMap.Rule(.string(String($0)), [" \($0)", "\($0)"]) }

    private static func countProblem(length: Int, count: Int, _ random: inout SeededRandom) -> Problem {
        let (x, y) = (UInt8(ascii: "x"), UInt8(ascii: "y"))
        var letters = [UInt8](repeating: x, count: count) + [UInt8](repeating: y, count: length - count)
        random.shuffle(&letters)
        return Problem(spaced(letters), String(count))
    }

    /// Each `y` replaced by a `z`.
    private static func withZ(_ text: String) -> String {
        let (y, z) = (UInt8(ascii: "y"), UInt8(ascii: "z"))
        return String(decoding: text.utf8.map { $0 == y ? z : $0 }, as: UTF8.self)
    }

    /// ASCII characters with a space between them.
    static func spaced(_ text: some Collection<UInt8>) -> String {
        var spaced: [UInt8] = []
        spaced.reserveCapacity(2 * text.count)
        for character in text {
            if !spaced.isEmpty { spaced.append(UInt8(ascii: " ")) }
            spaced.append(character)
        }
        return String(decoding: spaced, as: UTF8.self)
    }
}
