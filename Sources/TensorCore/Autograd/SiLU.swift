import CKernels

extension Tape {
    /// y = x / (1 + exp(-x)) (Elfwing et al. 2018; also called swish).
    ///
    /// Any shape.
    ///
    /// Backward, with s = 1 / (1 + exp(-x)): dx = dy (s + x s (1 - s)), computed from x again. So is y, where it was
    /// discarded.
    public func silu(_ x: Variable) -> Variable {
        let count = x.value.count
        func form(_ y: Tensor) {
            let source = x.value
            Profile.measure("silu") {
                Parallel.for(count, grain: 1 << 14) { range in
                    kernel_silu(range.count, source.pointer + range.lowerBound, y.pointer + range.lowerBound)
                }
            }
        }
        let y = arena.tensor(x.shape)
        form(y)
        return record(y, inputs: [x], formed: form) { dy in
            Profile.measure("silu backward") {
                x.accumulate { dx, beta in
                    Parallel.for(count, grain: 1 << 14) { range in
                        let start = range.lowerBound
                        kernel_silu_backward(
                            range.count, x.value.pointer + start, dy.pointer + start, beta, dx.pointer + start)
                    }
                }
            }
        }
    }
}
