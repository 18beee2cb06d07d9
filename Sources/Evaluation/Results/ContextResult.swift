/// How far a student follows its program where the prompt does not begin the text.
public struct ContextResult: SuiteResult {
    /// What is around the prompt.
    public enum Kind: String, Sendable, CaseIterable {
        /// Nothing, as in training.
        case start
        /// The end-of-text token before it.
        case bos
        /// A line break before it.
        case newline
        /// Prose before it.
        case text
        /// Tokens before it that were drawn evenly from the student's.
        case random
        /// Other prompts of the task before it, with their answers.
        case several
        /// Prose behind prompt and answer.
        case behind
        /// Nothing, but other tokens in place of the words of the task's template.
        case wording
    }

    /// Values decoded at tokens, compared with the interpreter's.
    public struct Decoded: Sendable, Equatable {
        public var equal = 0
        public var n = 0
        /// Values that no direction of the compiled model stands for (a count or a position beyond the longest text
        /// that it was compiled for, say), which no linear map could give. They are not among the `n`.
        public var unrepresented = 0

        /// The share; 1 where there is nothing to compare.
        public var value: Double { n == 0 ? 1 : Double(equal) / Double(n) }

        init(equal: Int = 0, n: Int = 0, unrepresented: Int = 0) {
            (self.equal, self.n, self.unrepresented) = (equal, n, unrepresented)
        }

        /// nil where none has a value.
        init?(pooling all: [Decoded]) {
            for one in all { add(one) }
            if n == 0, unrepresented == 0 { return nil }
        }

        mutating func add(_ other: Decoded) {
            (equal, n, unrepresented) = (equal + other.equal, n + other.n, unrepresented + other.unrepresented)
        }
    }

    /// How a variable decodes.
    public struct Variable: Sendable, Equatable {
        public var name: String
        /// At the tokens of prompt and answer.
        public var own = Decoded()
        /// At all other tokens.
        public var around = Decoded()

        init(name: String, own: Decoded = Decoded(), around: Decoded = Decoded()) {
            (self.name, self.own, self.around) = (name, own, around)
        }
    }

    /// Exchanges of a variable between two prompts that change the program's answer, and of these the ones after which
    /// the student says what the program says.
    public struct Exchanges: Sendable, Equatable {
        /// Of the variable that holds the program's output.
        public var output = Proportion()
        /// Of all others.
        public var others = Proportion()
    }

    public struct Cell: Sendable {
        public var kind: Kind
        /// How much of the kind is there: tokens of `text`, `random` and `behind`, prompts of `several`; nil where it
        /// fills the student's context, and where the kind has no sizes.
        public var size: Int?
        /// Whether the context is filled.
        public var fills: Bool
        /// The fewest and the most tokens before a prompt.
        public var before = 0...0
        /// Exact match of greedy answers with the program's own to the whole text.
        public var accuracy = Proportion()
        /// Prompts that are left out because the program gives no answer there.
        public var unanswered = 0
        /// Prompts that are left out because they do not fit into the student's context with what is around them.
        public var tooLong = 0
        /// At the last aligned layer, in the order of the layout; empty for a run without alignment.
        public var variables: [Variable] = []
        /// nil where the texts are longer than the program was compiled for, and for a run without alignment.
        public var exchanges: Exchanges?

        /// All variables over the tokens of prompt and answer; nil where there is nothing to compare.
        public var decoded: Decoded? { Decoded(pooling: variables.map(\.own)) }
        /// The same over all other tokens.
        public var decodedAround: Decoded? { Decoded(pooling: variables.map(\.around)) }

        init(kind: Kind, size: Int? = nil, fills: Bool = false) {
            (self.kind, self.size, self.fills) = (kind, size, fills)
        }
    }

    /// The prompts that every cell asks, each in a place of its own.
    public var prompts: Int
    /// Tokens that the student reads at most, and that the program was compiled for.
    public var studentContext: Int
    public var programLength: Int
    public var cells: [Cell]

    init(prompts: Int, studentContext: Int, programLength: Int, cells: [Cell]) {
        (self.prompts, self.studentContext, self.programLength) = (prompts, studentContext, programLength)
        self.cells = cells
    }

    public func cells(of kind: Kind) -> [Cell] { cells.filter { $0.kind == kind } }

    /// All cells of a kind together; nil where it was not measured.
    public func total(of kind: Kind) -> Cell? {
        let cells = cells(of: kind)
        guard let first = cells.first else { return nil }
        var total = Cell(kind: kind)
        total.before = first.before
        for cell in cells { total.pool(cell) }
        return total
    }
}

extension ContextResult.Cell {
    fileprivate mutating func pool(_ other: Self) {
        before =
            min(before.lowerBound, other.before.lowerBound)...max(before.upperBound, other.before.upperBound)
        accuracy = Proportion(pooling: [accuracy, other.accuracy])
        unanswered += other.unanswered
        tooLong += other.tooLong
        if variables.isEmpty { variables = other.variables.map { ContextResult.Variable(name: $0.name) } }
        for (index, variable) in other.variables.enumerated() {
            variables[index].own.add(variable.own)
            variables[index].around.add(variable.around)
        }
        if let theirs = other.exchanges {
            let own = exchanges ?? ContextResult.Exchanges()
            exchanges = ContextResult.Exchanges(
                output: Proportion(pooling: [own.output, theirs.output]),
                others: Proportion(pooling: [own.others, theirs.others]))
        }
    }
}
