import CKernels

extension Tape {
    /// What a reader of the residual stream sees where some of the writers are replaced for it alone.
    ///
    ///     y_n = x_n + sum over chosen (n, w) of (values_w,n - writer_w,n)
    ///
    /// - Parameters:
    ///   - x: the stream, [N, D].
    ///   - writers: what was added to it, each [N, D].
    ///   - values: what is to stand in each one's place, each [N or more, D]; not differentiated.
    ///   - chosen: for each writer the rows in which it is replaced, each row once.
    /// - Returns: [N, D].
    ///
    /// Backward: dx += dy, and dwriter_w,n -= dy_n for the chosen ones.
    public func reroute(_ x: Variable, writers: [Variable], values: [Tensor], chosen: [[Int32]]) -> Variable {
        let (rows, width) = (x.value.rows, x.value.columns)
        precondition(writers.count == values.count && writers.count == chosen.count, "reroute: one of each a writer")
        for (writer, value) in zip(writers, values) {
            precondition(
                writer.value.columns == width && value.columns == width && writer.value.rows == rows,
                "reroute: x \(x.shape), writer \(writer.shape), values \(value.shape)")
        }
        for (chosen, value) in zip(chosen, values) {
            checkIndices(chosen, below: min(rows, value.rows), what: "row")
        }
        let y = arena.tensor(rows, width)
        Profile.measure("reroute") {
            y.copy(from: x.value)
            for (index, writer) in writers.enumerated() {
                for row in chosen[index] {
                    kernel_axpby(width, 1, values[index].row(Int(row)), 1, y.row(Int(row)))
                    kernel_axpby(width, -1, writer.value.row(Int(row)), 1, y.row(Int(row)))
                }
            }
        }
        return record(y, inputs: [x] + writers) { dy in
            Profile.measure("reroute backward") {
                x.accumulate { addScaled(dy, 1, to: $0, beta: $1) }
                for (index, writer) in writers.enumerated() where !chosen[index].isEmpty {
                    writer.accumulate { gradient, beta in
                        if beta == 0 { gradient.fill(0) }
                        for row in chosen[index] {
                            kernel_axpby(width, -1, dy.row(Int(row)), 1, gradient.row(Int(row)))
                        }
                    }
                }
            }
        }
    }
}
