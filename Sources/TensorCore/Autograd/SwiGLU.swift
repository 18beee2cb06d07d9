import CKernels

extension Tape {
    /// y = silu(gate) * up, with silu(g) = g / (1 + exp(-g)): a gated linear unit (Shazeer 2020).
    ///
    /// gate, up, y: any shape, the same.
    ///
    /// Backward, with s = 1 / (1 + exp(-gate)): dgate = dy up (s + gate s (1 - s)); dup = dy silu(gate).
    /// y is formed again where it was discarded.
    public func swiGLU(gate: Variable, up: Variable) -> Variable {
        let count = gate.value.count
        precondition(up.value.count == count, "swiGLU: gate \(gate.shape), up \(up.shape)")
        func form(_ y: Tensor) {
            let (gate, up) = (gate.value, up.value)
            Profile.measure("swiglu") {
                Parallel.for(count, grain: 1 << 14) { range in
                    let start = range.lowerBound
                    kernel_swiglu(range.count, gate.pointer + start, up.pointer + start, y.pointer + start)
                }
            }
        }
        let y = arena.tensor(gate.shape)
        form(y)
        return record(y, inputs: [gate, up], formed: form) { dy in
            Profile.measure("swiglu backward") {
                gate.accumulate { target, beta in
                    Parallel.for(count, grain: 1 << 14) { range in
                        let start = range.lowerBound
                        kernel_swiglu_backward_gate(
                            range.count, gate.value.pointer + start, up.value.pointer + start, dy.pointer + start, beta,
                            target.pointer + start)
                    }
                }
                up.accumulate { target, beta in
                    Parallel.for(count, grain: 1 << 14) { range in
                        let start = range.lowerBound
                        kernel_swiglu_backward_up(
                            range.count, gate.value.pointer + start, dy.pointer + start, beta, target.pointer + start)
                    }
                }
            }
        }
    }
}
