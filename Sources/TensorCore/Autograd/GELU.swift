import CKernels

extension Tape {
    /// y = 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), the tanh form GPT-2 uses (Hendrycks & Gimpel 2016).
    ///
    /// Any shape. Relative error of the kernel: a few units in the last place (`kernel_gelu`).
    ///
    /// Backward: dx = dy gelu'(x), computed from x again. So is y, where it was discarded.
    public func gelu(_ x: Variable) -> Variable {
        let count = x.value.count
        func form(_ y: Tensor) {
            let source = x.value
            Profile.measure("gelu") {
                Parallel.for(count, grain: 1 << 14) { range in
                    kernel_gelu(range.count, source.pointer + range.lowerBound, y.pointer + range.lowerBound)
                }
            }
        }
        let y = arena.tensor(x.shape)
        form(y)
        return record(y, inputs: [x], formed: form) { dy in
            Profile.measure("gelu backward") {
                x.accumulate { dx, beta in
                    Parallel.for(count, grain: 1 << 14) { range in
                        let start = range.lowerBound
                        kernel_gelu_backward(
                            range.count, x.value.pointer + start, dy.pointer + start, beta, dx.pointer + start)
                    }
                }
            }
        }
    }
}
