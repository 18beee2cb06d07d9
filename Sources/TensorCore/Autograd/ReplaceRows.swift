import CKernels

extension Tape {
    /// Some rows are replaced by given ones, which are not differentiated.
    ///
    ///     y_n = values_n for chosen rows,   y_n = x_n for the others
    ///
    /// x, values: [N, D] (`values` may have more rows); rows: indices below N, each once.
    ///
    /// Backward: dx_n = dy_n for the rows that stay, 0 for the chosen.
    public func replaceRows(_ x: Variable, _ rows: [Int32], by values: Tensor) -> Variable {
        let width = x.value.columns
        precondition(values.columns == width, "replaceRows: x \(x.shape), values \(values.shape)")
        checkIndices(rows, below: min(x.value.rows, values.rows), what: "row")
        guard !rows.isEmpty else { return x }
        let y = arena.tensor(x.value.rows, width)
        Profile.measure("replaceRows") {
            y.copy(from: x.value)
            for row in rows {
                (y.pointer + Int(row) * width).update(from: values.pointer + Int(row) * width, count: width)
            }
        }
        return record(y, inputs: [x]) { dy in
            Profile.measure("replaceRows backward") {
                x.accumulate { dx, beta in
                    addScaled(dy, 1, to: dx, beta: beta)
                    for row in rows { kernel_axpby(width, -1, dy.row(Int(row)), 1, dx.row(Int(row))) }
                }
            }
        }
    }
}
