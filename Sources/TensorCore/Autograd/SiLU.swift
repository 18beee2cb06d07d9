import CKernels

extension Tape {
    /// y = x / (1 + exp(-x)) (Elfwing et al. 2018; also called swish).
    ///
    /// Any shape.
    ///
    /// Backward, with s = 1 / (1 + exp(-x)): dx = dy (s + x s (1 - s)), computed from x again. So is y, where it was
    /// discarded.
    public func silu(_ x: Variable) -> Variable {
        activation(
            ("silu", "silu backward"), x, kernel: kernel_silu, backwardKernel: kernel_silu_backward)
    }
}
