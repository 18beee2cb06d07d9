import CKernels

extension Tape {
    /// Some neighbouring columns: y[n, j] = x[n, columns.lowerBound + j].
    ///
    /// x: [..., I]; y: [..., number of columns].
    ///
    /// Backward: dx[n, columns.lowerBound + j] += dy[n, j].
    public func columns(_ x: Variable, _ columns: Range<Int>) -> Variable {
        let extent = x.value.columns
        precondition(
            columns.lowerBound >= 0 && columns.upperBound <= extent, "columns \(columns) of \(extent)")
        let y = arena.tensor(Shape(x.shape.dimensions.dropLast() + [columns.count]))
        Profile.measure("columns") {
            addColumns(of: x.value, columns, to: y, 0..<columns.count, beta: 0)
        }
        return record(y, inputs: [x]) { dy in
            Profile.measure("columns backward") {
                x.accumulate { dx, beta in
                    if beta == 0 { dx.fill(0) }
                    addColumns(of: dy, 0..<columns.count, to: dx, columns, beta: 1)
                }
            }
        }
    }

    /// Matrices side by side: y = [part_0 | part_1 | ...], all of N rows. The same variable may occur several times.
    ///
    /// Backward: each part receives its columns of dy.
    public func concatenatedColumns(_ parts: [Variable]) -> Variable {
        precondition(!parts.isEmpty, "nothing to put side by side")
        let rows = parts[0].value.rows
        precondition(parts.allSatisfy { $0.value.rows == rows }, "parts of \(parts.map(\.shape)) side by side")
        var places: [Range<Int>] = []
        for part in parts {
            let start = places.last?.upperBound ?? 0
            places.append(start..<start + part.value.columns)
        }
        let y = arena.tensor(rows, places.last?.upperBound ?? 0)
        Profile.measure("columns") {
            for (part, place) in zip(parts, places) {
                addColumns(of: part.value, 0..<place.count, to: y, place, beta: 0)
            }
        }
        return record(y, inputs: parts) { dy in
            Profile.measure("columns backward") {
                for (part, place) in zip(parts, places) {
                    part.accumulate { addColumns(of: dy, place, to: $0, 0..<place.count, beta: $1) }
                }
            }
        }
    }
}

/// target[n, its columns] = beta target[n, its columns] + source[n, its columns], for ranges of equal length.
private func addColumns(
    of source: Tensor, _ from: Range<Int>, to target: Tensor, _ place: Range<Int>, beta: Float
) {
    guard !from.isEmpty else { return }
    Parallel.for(source.rows, grain: max(1, elementwiseGrain / from.count)) { rows in
        for row in rows {
            kernel_axpby(
                from.count, 1, source.pointer + row * source.columns + from.lowerBound, beta,
                target.pointer + row * target.columns + place.lowerBound)
        }
    }
}
