extension Tape {
    /// y = x, as a variable of its own: what one of several readers of x sees.
    ///
    /// Its gradient is that reader's alone, where the gradient of x is the sum over all readers. The numbers are x's
    /// own and are not copied, so neither variable may be discarded while the other is in use.
    ///
    /// Backward: dx += dy.
    public func branch(_ x: Variable) -> Variable {
        record(x.value, inputs: [x]) { dy in
            Profile.measure("add backward") { x.accumulate { addScaled(dy, 1, to: $0, beta: $1) } }
        }
    }
}
