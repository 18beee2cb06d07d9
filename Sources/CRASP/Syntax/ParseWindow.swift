import RASP

/// Local predicates: `#[j = i - 1] P`, `#[j >= i - 3]`, `#[i - 3 <= j < i]`, `#[j <= i, j = i - 1]`, `#[pred4]`.
extension Parser {
    /// The longest distance and the longest period.
    static let farthest = 10_000

    /// An end of a condition: the position j, or i less a distance.
    private enum End {
        case key
        case query(less: Int)
    }

    mutating func window() throws(Broken) -> Window {
        let start = advance()
        var nearest = 0
        var farthest: Int?
        func meet(_ low: Int?, _ high: Int?) {
            if let low { nearest = max(nearest, low) }
            if let high { farthest = min(farthest ?? high, high) }
        }
        repeat {
            if token.kind == .name, let named = Predefined.window(text(token)) {
                advance()
                meet(named.nearest, named.farthest)
                continue
            }
            var left = try end()
            repeat {
                let place = token
                let comparison = try relation()
                let right = try end()
                switch (left, right) {
                case (.key, .query(let distance)):
                    let bounds = Self.distances(comparison, distance)
                    meet(bounds.low, bounds.high)
                case (.query(let distance), .key):
                    let bounds = Self.distances(Self.turned(comparison), distance)
                    meet(bounds.low, bounds.high)
                default: throw fail("a condition relates j to i", at: span(place))
                }
                left = right
            } while isRelation
        } while take(.comma) || take(.and)
        let close = token
        try expect(.closeBracket, "to close the predicate")
        if let farthest, farthest < nearest {
            throw fail("no position satisfies this predicate", at: span(start).union(span(close)), code: .value)
        }
        return Window(nearest: nearest, farthest: farthest)
    }

    private mutating func end() throws(Broken) -> End {
        let start = token
        guard start.kind == .name, ["i", "j"].contains(text(start)) else {
            throw fail(
                "expected i, j or a predicate such as pred, and found \(described(start))",
                notes: ["j is a position at or before the position i: #[j = i - 1] P looks at the one before"])
        }
        advance()
        let isKey = text(start) == "j"
        guard token.is(.minus) || token.is(.plus) else { return isKey ? .key : .query(less: 0) }
        let sign = advance()
        let place = token
        guard place.kind == .integer, let distance = Int(text(place)), distance <= Self.farthest else {
            throw fail("expected a distance of at most \(Self.farthest), and found \(described(place))")
        }
        advance()
        guard !isKey, sign.is(.minus) else {
            throw fail(
                "a distance is subtracted from i", at: span(start).union(span(place)), code: .value,
                notes: ["C-RASP never looks ahead: write j = i - \(distance)"])
        }
        return .query(less: distance)
    }

    private static let relations: [Symbol: Comparison] = [
        .equal: .equal, .define: .equal, .less: .less, .lessOrEqual: .lessOrEqual, .greater: .greater,
        .greaterOrEqual: .greaterOrEqual,
    ]

    private var isRelation: Bool {
        if case .symbol(let symbol) = token.kind { Self.relations[symbol] != nil } else { false }
    }

    private mutating func relation() throws(Broken) -> Comparison {
        guard case .symbol(let symbol) = token.kind, let relation = Self.relations[symbol] else {
            throw fail("expected =, <, <=, > or >=, and found \(described(token))")
        }
        advance()
        return relation
    }

    /// What `j comparison i - distance` says of i - j.
    private static func distances(_ comparison: Comparison, _ distance: Int) -> (low: Int?, high: Int?) {
        switch comparison {
        case .equal, .notEqual: (distance, distance)
        case .lessOrEqual: (distance, nil)
        case .less: (distance + 1, nil)
        case .greaterOrEqual: (nil, distance)
        case .greater: (nil, distance - 1)
        }
    }

    private static func turned(_ comparison: Comparison) -> Comparison {
        switch comparison {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        case .equal, .notEqual: comparison
        }
    }
}
