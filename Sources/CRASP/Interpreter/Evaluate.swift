import Basics
import RASP

extension CRASPProgram: SymbolicProgram {
    /// Everything that has a name, in the order of the definitions.
    public var variableNames: [String] { definitions.map(\.name) }
    /// A position never depends on later ones.
    public var causal: Bool? { true }

    /// The values of all definitions: booleans, and counts as integers.
    ///
    /// - Parameters:
    ///   - input: its tokens, which are compared as text: the number 1 is the token `"1"`.
    ///   - causal: makes no difference, since no position depends on later ones.
    /// - Throws: `RASPError` for an input without tokens, for one that is too long, and where a number outgrows 64 bits.
    public func evaluate(_ input: [Atom], causal: Bool = true) throws -> Evaluation {
        guard !input.isEmpty else { throw RASPError(.value, "a program needs at least one token") }
        guard input.count <= limits.sequenceLength else {
            throw RASPError(
                .limit, "an input of \(input.count) tokens is longer than the limit of \(limits.sequenceLength)")
        }
        guard operations.count * input.count <= limits.evaluationMemory / MemoryLayout<Int>.stride else {
            throw RASPError(
                .limit, "\(operations.count) steps at \(input.count) positions are more than an evaluation may hold")
        }
        var columns: [Column] = []
        columns.reserveCapacity(operations.count)
        let texts = input.map { ExactString($0.description) }
        for number in operations.indices {
            columns.append(try column(number, texts, columns))
        }
        let variables = definitions.map { Evaluation.Variable(name: $0.name, values: columns[$0.operation].atoms) }
        return Evaluation(input: input, output: columns[output].atoms, variables: variables)
    }

    private enum Column {
        case booleans([Bool])
        case counts([Int])
        case tokens([String?])

        var booleans: [Bool] { if case .booleans(let values) = self { values } else { [] } }
        var counts: [Int] { if case .counts(let values) = self { values } else { [] } }

        var atoms: [Atom?] {
            switch self {
            case .booleans(let values): values.map { .bool($0) }
            case .counts(let values): values.map { .int($0) }
            case .tokens(let values): values.map { $0.map { .string($0) } }
            }
        }
    }

    private func column(_ number: Int, _ texts: [ExactString], _ columns: [Column]) throws -> Column {
        func booleans(_ a: Int, _ b: Int, _ combine: (Bool, Bool) -> Bool) -> Column {
            .booleans(zip(columns[a].booleans, columns[b].booleans).map(combine))
        }
        func counts(_ a: Int, _ b: Int, _ combine: (Int, Int) -> (partialValue: Int, overflow: Bool)) throws -> Column {
            .counts(try zip(columns[a].counts, columns[b].counts).map { try checked(combine($0, $1), number) })
        }
        switch operations[number] {
        case .token(let token):
            let token = ExactString(token)
            return .booleans(texts.map { $0 == token })
        case .constant(let value): return .booleans(texts.map { _ in value })
        case .periodic(let modulus, let residue): return .booleans(texts.indices.map { $0 % modulus == residue })
        case .not(let a): return .booleans(columns[a].booleans.map { !$0 })
        case .and(let a, let b): return booleans(a, b) { $0 && $1 }
        case .or(let a, let b): return booleans(a, b) { $0 || $1 }
        case .compare(let a, let comparison, let b):
            return .booleans(zip(columns[a].counts, columns[b].counts).map { comparison.holds($0, $1) })
        case .count(let a, let window): return .counts(Self.count(columns[a].booleans, window))
        case .number(let value): return .counts(texts.map { _ in value })
        case .add(let a, let b): return try counts(a, b) { $0.addingReportingOverflow($1) }
        case .subtract(let a, let b): return try counts(a, b) { $0.subtractingReportingOverflow($1) }
        case .scale(let factor, let a):
            return .counts(
                try columns[a].counts.map { try checked($0.multipliedReportingOverflow(by: factor), number) })
        case .minimum(let a, let b): return try counts(a, b) { (min($0, $1), false) }
        case .maximum(let a, let b): return try counts(a, b) { (max($0, $1), false) }
        case .choose(let condition, let a, let b):
            let (chosen, otherwise) = (columns[a].counts, columns[b].counts)
            return .counts(columns[condition].booleans.enumerated().map { $1 ? chosen[$0] : otherwise[$0] })
        case .next(let tokens):
            let holds = tokens.map { columns[$0.holds].booleans }
            return .tokens(
                texts.indices.map { position in
                    tokens.indices.first { holds[$0][position] }.map { tokens[$0].token }
                })
        }
    }

    private func checked(_ result: (partialValue: Int, overflow: Bool), _ number: Int) throws -> Int {
        guard !result.overflow else {
            throw RASPError(.overflow, "this count does not fit into 64 bits", at: spans[number])
        }
        return result.partialValue
    }

    /// How many positions in the window have the property: a difference of two sums.
    private static func count(_ holds: [Bool], _ window: Window) -> [Int] {
        var sums = [0]
        for value in holds { sums.append(sums[sums.count - 1] + (value ? 1 : 0)) }
        return holds.indices.map { position in
            let end = max(0, position - window.nearest + 1)
            let start = window.farthest.map { max(0, position - $0) } ?? 0
            return sums[end] - sums[min(start, end)]
        }
    }
}

extension Comparison {
    /// Whether it holds between two numbers.
    package func holds(_ a: Int, _ b: Int) -> Bool {
        switch self {
        case .equal: a == b
        case .notEqual: a != b
        case .less: a < b
        case .lessOrEqual: a <= b
        case .greater: a > b
        case .greaterOrEqual: a >= b
        }
    }
}
