import CKernels

extension Tape {
    /// y = x / sqrt(mean(x^2) + epsilon) * gain, over each row (Zhang & Sennrich 2019), or over each head of a row.
    ///
    /// x: [N, D] with a gain of [D], or [N, H W] with a gain of [W], the same for all heads; y: as x.
    ///
    /// Backward, with r the root mean square, n = x / r and g = dy * gain:
    /// dx = (g - n mean(g n)) / r; dgain = sum over rows of dy n.
    /// y is formed again where it was discarded.
    public func rmsNorm(_ x: Variable, gain: Variable, epsilon: Float) -> Variable {
        let width = gain.value.count
        precondition(width > 0 && x.value.columns % width == 0, "rmsNorm: x \(x.shape), gain \(gain.shape)")
        let rows = x.value.count / width
        let grain = max(1, (1 << 14) / max(width, 1))

        let inverses = arena.tensor(rows)
        func form(_ y: Tensor) {
            let (source, gain) = (x.value.pointer, gain.value.pointer)
            Profile.measure("rms norm") {
                Parallel.for(rows, grain: grain) { range in
                    let offset = range.lowerBound * width
                    kernel_rms_norm(
                        range.count, width, source + offset, gain, epsilon, y.pointer + offset,
                        inverses.pointer + range.lowerBound)
                }
            }
        }
        let y = arena.tensor(x.shape)
        form(y)
        let output = record(y, inputs: [x, gain], formed: form) { [arena] dy in
            Profile.measure("rms norm backward") {
                // Each piece has a partial sum of its own, and these are added up in order, so that the result is the
                // same whenever the number of threads is.
                let pieces = Parallel.pieces(rows, grain: grain)
                let partial = arena.zeros(pieces, width)
                func run(_ dx: Tensor?, _ beta: Float) {
                    Parallel.each(pieces) { piece in
                        let range = Parallel.range(of: piece, pieces: pieces, count: rows)
                        let offset = range.lowerBound * width
                        kernel_rms_norm_backward(
                            range.count, width, x.value.pointer + offset, gain.value.pointer,
                            inverses.pointer + range.lowerBound, dy.pointer + offset, beta,
                            dx.map { $0.pointer + offset }, gain.requiresGradient ? partial.row(piece) : nil)
                    }
                }
                if x.requiresGradient { x.accumulate { dx, beta in run(dx, beta) } } else { run(nil, 0) }
                gain.accumulate { kernel_column_sums(pieces, width, partial.pointer, width, $1, $0.pointer) }
                arena.recycle(partial)
            }
        }
        if !output.requiresGradient { arena.recycle(inverses) }
        return output
    }
}
