extension Tape {
    /// y = max(x, 0) element by element. Backward: dx = dy where x > 0, else 0.
    public func relu(_ x: Variable) -> Variable {
        let y = arena.tensor(x.shape)
        Parallel.for(y.count, grain: elementwiseGrain) { range in
            for index in range { y.pointer[index] = max(x.value.pointer[index], 0) }
        }
        return record(y, inputs: [x]) { dy in
            x.accumulate { dx, beta in
                Parallel.for(dx.count, grain: elementwiseGrain) { range in
                    for index in range {
                        let contribution = y.pointer[index] > 0 ? dy.pointer[index] : 0
                        dx.pointer[index] = beta == 0 ? contribution : beta * dx.pointer[index] + contribution
                    }
                }
            }
        }
    }
}
