import CKernels

extension Tape {
    /// An interchange intervention on a subspace (Geiger et al. 2021): what a projector keeps comes from another row.
    ///
    ///     y_n = x_n + P (x_m - x_n),   m = sources_n,   P = Q^T Q
    ///
    /// - Parameters:
    ///   - x: [N, D].
    ///   - basis: Q, [r, D], orthonormal rows (`RowSpace.orthonormalBasis`). No gradient flows into it.
    ///   - sources: for each row the row of x that it gets the subspace of; -1: y_n = x_n.
    /// - Returns: [N, D].
    ///
    /// Backward: dx_n = dy_n - P dy_n and dx_m += P dy_n for exchanged rows, dx_n = dy_n for the others.
    public func interchange(_ x: Variable, basis: Tensor, sources: [Int32]) -> Variable {
        let (rows, width, rank) = (x.value.rows, x.value.columns, basis.rows)
        precondition(basis.columns == width, "interchange: x \(x.shape), basis \(basis.shape)")
        precondition(sources.count == rows, "interchange: \(sources.count) sources for \(rows) rows")
        let exchanged = sources.indices.filter { sources[$0] != -1 }
        checkIndices(exchanged.map { sources[$0] }, below: rows, what: "source row")
        let operations = 4 * Double(rows) * Double(width) * Double(rank)

        let y = arena.tensor(rows, width)
        Profile.measure("interchange", operations: operations) {
            let projected = arena.tensor(rows, width)
            project(x.value, on: basis, into: projected, beta: 0)
            y.copy(from: x.value)
            for row in exchanged {
                kernel_axpby(width, 1, projected.row(Int(sources[row])), 1, y.row(row))
                kernel_axpby(width, -1, projected.row(row), 1, y.row(row))
            }
            arena.recycle(projected)
        }
        return record(y, inputs: [x]) { [self] dy in
            Profile.measure("interchange backward", operations: operations) {
                let projected = arena.tensor(rows, width)
                project(dy, on: basis, into: projected, beta: 0)
                x.accumulate { dx, beta in
                    addScaled(dy, 1, to: dx, beta: beta)
                    for row in exchanged {
                        kernel_axpby(width, -1, projected.row(row), 1, dx.row(row))
                        kernel_axpby(width, 1, projected.row(row), 1, dx.row(Int(sources[row])))
                    }
                }
                arena.recycle(projected)
            }
        }
    }
}
