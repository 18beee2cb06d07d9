import CKernels

extension Tape {
    /// y = 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), the tanh form GPT-2 uses (Hendrycks & Gimpel 2016).
    ///
    /// Any shape. Relative error of the kernel: a few units in the last place (`kernel_gelu`).
    ///
    /// Backward: dx = dy gelu'(x), computed from x again. So is y, where it was discarded.
    public func gelu(_ x: Variable) -> Variable {
        activation(
            ("gelu", "gelu backward"), x, kernel: kernel_gelu, backwardKernel: kernel_gelu_backward)
    }
}
