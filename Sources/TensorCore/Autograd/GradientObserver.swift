extension Tape {
    /// y = x, whose gradient is shown to `observe` in the backward pass, before it is passed on.
    ///
    /// The numbers are x's own and are not copied. The gradient's room is reused afterwards: who wants to keep it copies
    /// it. Where no gradient reaches y, nothing is shown.
    ///
    /// Backward: dx += dy.
    public func observingGradient(_ x: Variable, _ observe: @escaping (Tensor) -> Void) -> Variable {
        record(x.value, inputs: [x]) { dy in
            observe(dy)
            x.accumulate { addScaled(dy, 1, to: $0, beta: $1) }
        }
    }
}
