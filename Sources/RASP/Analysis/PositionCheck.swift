/// Finds values read at positions that an input does not have: `tokens[10]` of five tokens is 0, not a token, and
/// nothing else says so.
public struct PositionCheck {
    /// An aggregate that reads one fixed position, and is 0 where there is no such position.
    public struct Read: Sendable {
        let sop: SOp
        /// From 0; negative: counted from the end.
        let position: Int
    }

    /// Reads that a warning was given about: there is one for each.
    private var told: Set<SOp> = []

    public init() {}

    /// The reads of fixed positions below an s-op.
    public static func reads(below output: SOp) -> [Read] {
        topologicalOrder(of: [.sop(output)]).compactMap { node in
            guard case .sop(let sop) = node, case .aggregate(let selector, _, let defaultValue, _) = sop.operation,
                defaultValue == .int(0), case .select(let keys, let queries, let predicate) = selector.operation,
                case .indices = keys.operation, predicate.comparison == .equal, let position = position(queries)
            else { return nil }
            return Read(sop: sop, position: position)
        }
    }

    /// The fixed position that queries name: they are a constant such as `10`, or `length + -1`, which is what the
    /// language makes of `x[-1]`.
    private static func position(_ queries: SOp) -> Int? {
        switch queries.operation {
        case .constant(let atom): return atom.integerValue
        case .elementwise(let function, let inputs) where function.name == "+" && inputs.count == 2:
            guard case .selectorWidth(let all) = inputs[0].operation, case .constant(true) = all.operation,
                case .constant(let atom) = inputs[1].operation, let offset = atom.integerValue, offset < 0
            else { return nil }
            return offset
        default: return nil
        }
    }

    /// Warnings about reads outside an input of `length` tokens that were not told of before.
    public mutating func warnings(about reads: [Read], length: Int) -> [Diagnostic] {
        reads.compactMap { read in
            let isInside = read.position < 0 ? read.position >= -length : read.position < length
            guard !isInside, told.insert(read.sop).inserted else { return nil }
            return Diagnostic(
                .warning, .value,
                "an input of \(length) tokens has no position \(read.position): what is read there is 0",
                at: read.sop.span)
        }
    }
}
