import CKernels

extension Tape {
    /// y_n = tokenTable[token_n] + positionTable[position_n].
    ///
    /// - Parameters:
    ///   - tokens: N token numbers below V.
    ///   - positions: N positions below P.
    ///   - tokenTable: [V, D].
    ///   - positionTable: [P, D].
    /// - Returns: [N, D].
    ///
    /// Backward: each row of dy is added to its two table rows. Columns, not rows, are divided among the workers, so
    /// that equal tokens never meet and the order of the sums is always that of the rows.
    public func embedding(
        _ tokens: [Int32], positions: [Int32], tokenTable: Variable, positionTable: Variable
    ) -> Variable {
        let width = tokenTable.value.columns
        precondition(tokens.count == positions.count, "\(tokens.count) tokens, \(positions.count) positions")
        precondition(positionTable.value.columns == width, "tables \(tokenTable.shape) and \(positionTable.shape)")
        checkIndices(tokens, below: tokenTable.value.rows, what: "token")
        checkIndices(positions, below: positionTable.value.rows, what: "position")

        let y = arena.tensor(tokens.count, width)
        Profile.measure("embedding") {
            Parallel.for(tokens.count, grain: max(1, (1 << 15) / max(width, 1))) { rows in
                for row in rows {
                    kernel_add(
                        width, tokenTable.value.pointer + Int(tokens[row]) * width,
                        positionTable.value.pointer + Int(positions[row]) * width, y.pointer + row * width)
                }
            }
        }
        return record(y, inputs: [tokenTable, positionTable]) { dy in
            Profile.measure("embedding backward") {
                tokenTable.accumulate { scatter(dy, rows: tokens, into: $0, beta: $1) }
                positionTable.accumulate { scatter(dy, rows: positions, into: $0, beta: $1) }
            }
        }
    }
}

/// table[rows[n]] += dy[n]; beta 0 clears the table first.
func scatter(_ dy: Tensor, rows: [Int32], into table: Tensor, beta: Float) {
    let width = dy.columns
    if beta == 0 { table.fill(0) }
    rows.withUnsafeBufferPointer { rows in
        Parallel.for(width, grain: 64) { columns in
            for (row, target) in rows.enumerated() {
                kernel_axpby(
                    columns.count, 1, dy.pointer + row * width + columns.lowerBound, 1,
                    table.pointer + Int(target) * width + columns.lowerBound)
            }
        }
    }
}

/// Traps where an index is outside 0 ..< limit: what the user gave has been checked before it comes here.
func checkIndices(_ indices: [Int32], below limit: Int, what: String) {
    for index in indices { precondition(index >= 0 && Int(index) < limit, "\(what) \(index) is not below \(limit)") }
}
