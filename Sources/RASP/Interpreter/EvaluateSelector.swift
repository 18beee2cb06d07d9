extension Evaluator {
    mutating func compute(_ selector: Selector, _ inputs: [Int], uses: [Int]?) throws -> SelectionMatrix {
        // A causal mask is applied to base selectors and after every complement; conjunction and disjunction of
        // masked matrices are masked already.
        switch selector.operation {
        case .select(_, _, let predicate):
            var matrix = try select(keys: sequence(inputs[0]), queries: sequence(inputs[1]), predicate, selector.span)
            if causal { matrix.maskCausally() }
            return matrix
        case .constant(let value):
            var matrix = SelectionMatrix(size: input.count, filledWith: value)
            if causal { matrix.maskCausally() }
            return matrix
        case .and:
            var matrix = takeSelection(inputs[0], uses)
            matrix.formIntersection(selection(inputs[1]))
            return matrix
        case .or:
            var matrix = takeSelection(inputs[0], uses)
            matrix.formUnion(selection(inputs[1]))
            return matrix
        case .not:
            var matrix = takeSelection(inputs[0], uses)
            matrix.complement()
            if causal { matrix.maskCausally() }
            return matrix
        }
    }

    /// Every distinct pair of key and query is decided once; rows with equal queries are copies of each other.
    private mutating func select(
        keys: [Atom?], queries: [Atom?], _ predicate: Predicate, _ span: SourceSpan?
    ) throws -> SelectionMatrix {
        if let comparison = predicate.comparison, let matrix = Self.compareIntegers(keys, queries, comparison) {
            return matrix
        }
        let size = input.count
        var matrix = SelectionMatrix(size: size)
        var groups: [Atom: [Int]] = [:]
        var distinct: [Atom] = []
        for (column, key) in keys.enumerated() {
            guard let key else { continue }
            if groups[key] == nil { distinct.append(key) }
            groups[key, default: []].append(column)
        }
        let isEquality = predicate.comparison == .equal
        var rowOfQuery: [Atom: Int] = [:]
        for (row, query) in queries.enumerated() {
            guard let query else { continue }
            if let earlier = rowOfQuery[query] {
                matrix.copyRow(earlier, to: row)
                continue
            }
            rowOfQuery[query] = row
            if isEquality {
                // NaN equals nothing, and hashing finds only what is equal.
                for column in groups[query] ?? [] { matrix[row, column] = true }
                continue
            }
            work += distinct.count
            for key in distinct {
                do {
                    guard try predicate.holds(key, query) else { continue }
                } catch let error as ValueError {
                    throw failure(error, key: key, column: groups[key]?.first ?? 0, query: query, row: row, span)
                }
                for column in groups[key] ?? [] { matrix[row, column] = true }
            }
        }
        return matrix
    }

    /// The common case without dictionaries: nil unless all keys and queries are integers.
    private static func compareIntegers(_ keys: [Atom?], _ queries: [Atom?], _ comparison: Comparison)
        -> SelectionMatrix?
    {
        var k: [Int] = []
        var q: [Int] = []
        k.reserveCapacity(keys.count)
        q.reserveCapacity(queries.count)
        for (key, query) in zip(keys, queries) {
            guard case .int(let a)? = key, case .int(let b)? = query else { return nil }
            k.append(a)
            q.append(b)
        }
        var matrix = SelectionMatrix(size: k.count)
        switch comparison {
        case .equal: matrix.fill(k, q, ==)
        case .notEqual: matrix.fill(k, q, !=)
        case .less: matrix.fill(k, q, <)
        case .lessOrEqual: matrix.fill(k, q, <=)
        case .greater: matrix.fill(k, q, >)
        case .greaterOrEqual: matrix.fill(k, q, >=)
        }
        return matrix
    }

    private func failure(
        _ error: ValueError, key: Atom, column: Int, query: Atom, row: Int, _ span: SourceSpan?
    ) -> RASPError {
        RASPError([
            Diagnostic(
                .error, error.code,
                "\(error.reason): key \(key.described) at position \(column) (token \(input[column].described)),"
                    + " query \(query.described) at position \(row) (token \(input[row].described))",
                at: span)
        ])
    }
}

extension SelectionMatrix {
    /// Sets every entry to whether the comparison holds between its key and its query.
    @inline(__always)
    mutating func fill(_ keys: [Int], _ queries: [Int], _ holds: (Int, Int) -> Bool) {
        for row in 0..<size {
            for word in 0..<wordsPerRow {
                var bits: UInt64 = 0
                let first = word << 6
                for bit in 0..<min(64, size - first) where holds(keys[first + bit], queries[row]) {
                    bits |= 1 << UInt64(bit)
                }
                words[row * wordsPerRow + word] = bits
            }
        }
    }

    mutating func copyRow(_ source: Int, to destination: Int) {
        for word in 0..<wordsPerRow { words[destination * wordsPerRow + word] = words[source * wordsPerRow + word] }
    }
}
