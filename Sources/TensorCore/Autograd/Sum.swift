import CKernels

extension Tape {
    /// The sum of all elements, a scalar, added up in double precision. Backward: dx = dy everywhere.
    public func sum(_ x: Variable) -> Variable { sum(x, scale: 1) }

    /// The mean of all elements, a scalar. Backward: dx = dy / count everywhere.
    public func mean(_ x: Variable) -> Variable {
        precondition(x.value.count > 0, "mean of no elements")
        return sum(x, scale: 1 / Float(x.value.count))
    }

    /// scale * sum over i of x_i.
    private func sum(_ x: Variable, scale: Float) -> Variable {
        let y = arena.tensor(Shape.scalar)
        // The loop has a single piece, so that the order of the sum never changes. It goes through `Parallel.for` so
        // that it is left out of a rehearsal.
        Parallel.for(1) { _ in y[0] = Float(kernel_sum(x.value.count, x.value.pointer) * Double(scale)) }
        return record(y, inputs: [x]) { dy in
            let value = dy.scalar * scale
            x.accumulate { dx, beta in
                if beta == 0 {
                    dx.fill(value)
                } else {
                    Parallel.for(dx.count, grain: elementwiseGrain) { range in
                        for index in range { dx.pointer[index] += value }
                    }
                }
            }
        }
    }
}
