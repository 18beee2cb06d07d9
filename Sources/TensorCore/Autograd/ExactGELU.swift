import CKernels

extension Tape {
    /// y = x Phi(x) = x (1 + erf(x / sqrt(2))) / 2: GELU as it is defined (Hendrycks & Gimpel 2016).
    ///
    /// Any shape. Relative error of the kernel: a few units in the last place, in the tails too (`kernel_gelu_exact`).
    ///
    /// Backward: dx = dy (Phi(x) + x exp(-x^2/2) / sqrt(2 pi)), computed from x again. So is y, where it was discarded.
    public func exactGELU(_ x: Variable) -> Variable {
        activation(
            ("exact gelu", "exact gelu backward"), x, kernel: kernel_gelu_exact,
            backwardKernel: kernel_gelu_exact_backward)
    }
}
