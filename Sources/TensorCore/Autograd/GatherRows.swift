extension Tape {
    /// y_i = x[rows_i]. Rows may repeat.
    ///
    /// x: [N, D]; rows: R indices below N; y: [R, D].
    ///
    /// Backward: dx[rows_i] += dy_i.
    public func gatherRows(_ x: Variable, rows: [Int32]) -> Variable {
        let width = x.value.columns
        checkIndices(rows, below: x.value.rows, what: "row")
        let y = arena.tensor(rows.count, width)
        Parallel.for(rows.count, grain: max(1, elementwiseGrain / max(width, 1))) { range in
            for index in range {
                (y.pointer + index * width).update(from: x.value.pointer + Int(rows[index]) * width, count: width)
            }
        }
        return record(y, inputs: [x]) { dy in
            x.accumulate { scatter(dy, rows: rows, into: $0, beta: $1) }
        }
    }
}
