import Foundation

extension CompiledHead {
    /// Shares below exp(-40) are lost beside a number of fp32. They are left out altogether: on a direction that should
    /// be zero they would stay, and later layers could sum them up.
    static let negligibleLogit = -40.0

    /// What softmax attention gathers at each position, `[positions, value size]`. Queries, keys and values may read
    /// different streams, of as many positions each.
    func means(queries: SparseVectors, keys: SparseVectors, values: SparseVectors, causal: Bool) -> SparseVectors {
        let (size, valueSize, positions) = (keySize, valueSize, queries.count)
        let queries = SparseVectors(dense: query.apply(queries).map(Float.init), width: size)
        let keys = key.apply(keys)
        let values = value.apply(values)
        var result = SparseVectors()
        var logits = [Double](repeating: 0, count: positions)
        var mean = [Double](repeating: 0, count: valueSize)
        keys.withUnsafeBufferPointer { keys in
            values.withUnsafeBufferPointer { values in
                for query in 0..<positions {
                    let visible = causal ? query + 1 : positions
                    for key in 0..<visible { logits[key] = 0 }
                    for entry in queries.starts[query]..<queries.starts[query + 1] {
                        let (dimension, factor) = (Int(queries.columns[entry]), queries.values[entry])
                        for key in 0..<visible { logits[key] += factor * keys[key * size + dimension] }
                    }
                    let total = Self.exponentiate(&logits, visible)
                    for index in mean.indices { mean[index] = 0 }
                    for key in 0..<visible where logits[key] != 0 {
                        let share = logits[key] / total
                        for index in 0..<valueSize { mean[index] += share * values[key * valueSize + index] }
                    }
                    for index in mean.indices where mean[index] != 0 { result.append(index, mean[index]) }
                    result.endVector()
                }
            }
        }
        return result
    }

    /// exp(logit - largest) in place; returns the sum.
    private static func exponentiate(_ logits: inout [Double], _ count: Int) -> Double {
        var largest = logits[0]
        for index in 1..<max(count, 1) where logits[index] > largest { largest = logits[index] }
        var total = 0.0
        for index in 0..<count {
            // Logits of selected positions are equal, so most differences are 0 and need no exponential.
            let difference = logits[index] - largest
            logits[index] = difference == 0 ? 1 : difference < negligibleLogit ? 0 : exp(difference)
            total += logits[index]
        }
        return total
    }
}

extension CompiledLayer {
    /// What the MLP's units hold at each position, `[positions, units]`.
    func activations(_ input: SparseVectors) -> SparseVectors {
        let units = hiddenCount
        // One position after the other: all activations at once would be the largest allocation by far.
        var activations = [Double](repeating: 0, count: units)
        var active = SparseVectors()
        activations.withUnsafeMutableBufferPointer { activations in
            for position in 0..<input.count {
                hidden.apply(input, position, into: activations)
                for unit in 0..<units { activations[unit] = activations[unit] > 0 ? activations[unit] : 0 }
                UnsafeBufferPointer(activations).forEachNonzero { unit, activation in active.append(unit, activation) }
                active.endVector()
            }
        }
        return active
    }
}
