import CKernels

extension Tape {
    /// The roll intervention (Vergara-Browne & Soto 2025): the subspace that a projector keeps stays each row's own,
    /// its complement comes, without gradient, from another row.
    ///
    ///     y_n = P x_n + stopgradient(x_m - P x_m),   m = sources_n,   P = Q^T Q
    ///
    /// - Parameters:
    ///   - x: [N, D].
    ///   - basis: Q, [r, D], orthonormal rows (`RowSpace.orthonormalBasis`). No gradient flows into it.
    ///   - sources: N rows of x; the paper shifts by one sequence along the batch. Rows that name themselves keep
    ///     their value (their complement still passes no gradient). -1 leaves a row out of the intervention altogether:
    ///     y_n = x_n (plain text packed into the same batch).
    /// - Returns: [N, D].
    ///
    /// Backward: dx_n = P dy_n, and dx_n = dy_n where sources_n = -1.
    public func roll(_ x: Variable, basis: Tensor, sources: [Int32]) -> Variable {
        let (rows, width, rank) = (x.value.rows, x.value.columns, basis.rows)
        precondition(basis.columns == width, "roll: x \(x.shape), basis \(basis.shape)")
        precondition(sources.count == rows, "roll: \(sources.count) sources for \(rows) rows")
        let isWhole = !sources.contains(-1)
        checkIndices(isWhole ? sources : sources.filter { $0 != -1 }, below: rows, what: "source row")

        let y = arena.tensor(rows, width)
        Profile.measure("roll", operations: 4 * Double(rows) * Double(width) * Double(rank)) {
            let projected = arena.tensor(rows, width)
            project(x.value, on: basis, into: projected, beta: 0)
            Parallel.for(rows, grain: max(1, elementwiseGrain / max(width, 1))) { range in
                for row in range {
                    let own = row * width
                    guard sources[row] >= 0 else {
                        (y.pointer + own).update(from: x.value.pointer + own, count: width)
                        continue
                    }
                    let other = Int(sources[row]) * width
                    kernel_subtract(
                        width, x.value.pointer + other, projected.pointer + other, y.pointer + own)
                    kernel_axpby(width, 1, projected.pointer + own, 1, y.pointer + own)
                }
            }
            arena.recycle(projected)
        }
        return record(y, inputs: [x]) { [self] dy in
            Profile.measure("roll backward", operations: 4 * Double(rows) * Double(width) * Double(rank)) {
                guard !isWhole else { return x.accumulate { project(dy, on: basis, into: $0, beta: $1) } }
                let dx = arena.tensor(rows, width)
                project(dy, on: basis, into: dx, beta: 0)
                for row in 0..<rows where sources[row] < 0 {
                    (dx.pointer + row * width).update(from: dy.pointer + row * width, count: width)
                }
                x.accumulate { addScaled(dx, 1, to: $0, beta: $1) }
                arena.recycle(dx)
            }
        }
    }

    /// y = beta y + Q^T Q x for every row, through the r coordinates of the subspace.
    func project(_ x: Tensor, on basis: Tensor, into y: Tensor, beta: Float) {
        let coordinates = arena.tensor(x.rows, max(basis.rows, 1))
        if basis.rows == 0 {
            if beta == 0 { y.fill(0) }
        } else {
            BLAS.multiply(Matrix(x), Matrix(basis, transposed: true), into: coordinates)
            BLAS.multiply(Matrix(coordinates), Matrix(basis), into: y, beta: beta)
        }
        arena.recycle(coordinates)
    }
}
