extension Tape {
    /// y = a b, or a b^T with `transposeB`.
    ///
    /// a: [M, K]; b: [K, N] or, transposed, [N, K]; y: [M, N].
    ///
    /// Backward: da = dy b^T (dy b), db = a^T dy (dy^T a).
    public func matmul(_ a: Variable, _ b: Variable, transposeB: Bool = false) -> Variable {
        linear(a, weight: b, transposed: transposeB)
    }
}
