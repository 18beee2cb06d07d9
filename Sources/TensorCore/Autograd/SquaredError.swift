extension Tape {
    /// scale * sum over rows n and columns j of weight_n ((x[n, column_j] - target[n, j]) / unit_j)^2: the alignment of
    /// numerical variables, each in its own unit.
    ///
    /// - Parameters:
    ///   - x: [N, C].
    ///   - columns: J columns of x.
    ///   - targets: N x J, row by row; NaN for "no target here".
    ///   - units: J positive numbers, the size of each variable's values.
    ///   - rowWeights: N weights, or 1 for every row.
    /// - Returns: a scalar.
    ///
    /// Backward: dx[n, column_j] = 2 scale weight_n (x - target) / unit_j^2; zero in other columns.
    package func squaredError(
        _ x: Variable, columns: [Int], targets: [Float], units: [Float], rowWeights: [Float]? = nil, scale: Float
    ) -> Variable {
        let (rows, width) = (x.value.rows, x.value.columns)
        precondition(targets.count == rows * columns.count && units.count == columns.count)
        let dx = arena.zeros(rows, width)
        var total = 0.0
        // The loop has a single piece, so that the order of the sum never changes. It goes through `Parallel.for` so
        // that it is left out of a rehearsal.
        Parallel.for(rows, grain: rows) { range in
            for row in range {
                let weight = scale * (rowWeights?[row] ?? 1)
                for (index, column) in columns.enumerated() {
                    let target = targets[row * columns.count + index]
                    guard !target.isNaN else { continue }
                    let difference = (x.value[row, column] - target) / units[index]
                    total += Double(weight * difference * difference)
                    dx[row, column] = 2 * weight * difference / units[index]
                }
            }
        }
        return record(arena.tensor([Float(total)], shape: .scalar), inputs: [x]) { dy in
            x.accumulate { addScaled(dx, dy.scalar, to: $0, beta: $1) }
        }
    }
}
