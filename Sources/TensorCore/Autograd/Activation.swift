extension Tape {
    /// y = f(x) of every element, by a kernel; y is formed again where it was discarded.
    ///
    /// - Parameters:
    ///   - name: of the operation in profiles, and that of its backward pass.
    ///   - kernel: (count, x, y).
    ///   - backwardKernel: (count, x, dy, beta, dx), which leaves beta dx + dy f'(x) in dx.
    func activation(
        _ name: (forward: StaticString, backward: StaticString), _ x: Variable,
        kernel: @escaping (Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void,
        backwardKernel:
            @escaping (
                Int, UnsafePointer<Float>, UnsafePointer<Float>, Float, UnsafeMutablePointer<Float>
            ) -> Void
    ) -> Variable {
        let count = x.value.count
        let grain = 1 << 14
        func form(_ y: Tensor) {
            let source = x.value
            Profile.measure(name.forward) {
                Parallel.for(count, grain: grain) { range in
                    kernel(range.count, source.pointer + range.lowerBound, y.pointer + range.lowerBound)
                }
            }
        }
        let y = arena.tensor(x.shape)
        form(y)
        return record(y, inputs: [x], formed: form) { dy in
            Profile.measure(name.backward) {
                x.accumulate { dx, beta in
                    Parallel.for(count, grain: grain) { range in
                        let start = range.lowerBound
                        backwardKernel(
                            range.count, x.value.pointer + start, dy.pointer + start, beta, dx.pointer + start)
                    }
                }
            }
        }
    }
}
