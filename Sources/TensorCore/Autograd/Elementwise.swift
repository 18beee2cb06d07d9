import CKernels

extension Tape {
    /// y = a + b, equal shapes. Backward: da = dy, db = dy.
    public func add(_ a: Variable, _ b: Variable) -> Variable {
        checkEqualShapes(a, b, "add")
        let y = arena.tensor(a.shape)
        Profile.measure("add") {
            Parallel.for(y.count, grain: elementwiseGrain) { range in
                let start = range.lowerBound
                kernel_add(range.count, a.value.pointer + start, b.value.pointer + start, y.pointer + start)
            }
        }
        return record(y, inputs: [a, b]) { dy in
            Profile.measure("add backward") {
                a.accumulate { addScaled(dy, 1, to: $0, beta: $1) }
                b.accumulate { addScaled(dy, 1, to: $0, beta: $1) }
            }
        }
    }

    /// y = a - b, equal shapes. Backward: da = dy, db = -dy.
    public func subtract(_ a: Variable, _ b: Variable) -> Variable {
        checkEqualShapes(a, b, "subtract")
        let y = arena.tensor(a.shape)
        Parallel.for(y.count, grain: elementwiseGrain) { range in
            let start = range.lowerBound
            kernel_subtract(range.count, a.value.pointer + start, b.value.pointer + start, y.pointer + start)
        }
        return record(y, inputs: [a, b]) { dy in
            a.accumulate { addScaled(dy, 1, to: $0, beta: $1) }
            b.accumulate { addScaled(dy, -1, to: $0, beta: $1) }
        }
    }

    /// y = a * b element by element, equal shapes. Backward: da = dy * b, db = dy * a.
    public func multiply(_ a: Variable, _ b: Variable) -> Variable {
        checkEqualShapes(a, b, "multiply")
        let y = arena.tensor(a.shape)
        addProduct(a.value, b.value, to: y, beta: 0)
        return record(y, inputs: [a, b]) { dy in
            a.accumulate { addProduct(dy, b.value, to: $0, beta: $1) }
            b.accumulate { addProduct(dy, a.value, to: $0, beta: $1) }
        }
    }

    /// y = factor * x. Backward: dx = factor * dy.
    public func scale(_ x: Variable, by factor: Float) -> Variable {
        let y = arena.tensor(x.shape)
        addScaled(x.value, factor, to: y, beta: 0)
        return record(y, inputs: [x]) { dy in x.accumulate { addScaled(dy, factor, to: $0, beta: $1) } }
    }
}

private func checkEqualShapes(_ a: Variable, _ b: Variable, _ operation: String) {
    precondition(a.shape == b.shape, "\(operation): shapes \(a.shape) and \(b.shape)")
}

private func addProduct(_ a: Tensor, _ b: Tensor, to y: Tensor, beta: Float) {
    Parallel.for(a.count, grain: elementwiseGrain) { range in
        let start = range.lowerBound
        kernel_multiply(range.count, a.pointer + start, b.pointer + start, beta, y.pointer + start)
    }
}

/// sums = beta sums + column sums of x. Columns are divided, so the order of each sum never changes.
func columnSums(of x: Tensor, into sums: Tensor, beta: Float) {
    let width = x.columns
    Parallel.for(width, grain: max(64, (1 << 15) / max(x.rows, 1))) { columns in
        kernel_column_sums(
            x.rows, columns.count, x.pointer + columns.lowerBound, width, beta, sums.pointer + columns.lowerBound)
    }
}
