import CKernels

extension Tape {
    /// y = x Phi(x) = x (1 + erf(x / sqrt(2))) / 2: GELU as it is defined (Hendrycks & Gimpel 2016).
    ///
    /// Any shape. Relative error of the kernel: a few units in the last place, in the tails too (`kernel_gelu_exact`).
    ///
    /// Backward: dx = dy (Phi(x) + x exp(-x^2/2) / sqrt(2 pi)), computed from x again. So is y, where it was discarded.
    public func exactGELU(_ x: Variable) -> Variable {
        let count = x.value.count
        func form(_ y: Tensor) {
            let source = x.value
            Profile.measure("exact gelu") {
                Parallel.for(count, grain: 1 << 14) { range in
                    kernel_gelu_exact(range.count, source.pointer + range.lowerBound, y.pointer + range.lowerBound)
                }
            }
        }
        let y = arena.tensor(x.shape)
        form(y)
        return record(y, inputs: [x], formed: form) { dy in
            Profile.measure("exact gelu backward") {
                x.accumulate { dx, beta in
                    Parallel.for(count, grain: 1 << 14) { range in
                        let start = range.lowerBound
                        kernel_gelu_exact_backward(
                            range.count, x.value.pointer + start, dy.pointer + start, beta, dx.pointer + start)
                    }
                }
            }
        }
    }
}
