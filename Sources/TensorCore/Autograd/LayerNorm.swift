import CKernels

extension Tape {
    /// y = (x - mean(x)) / sqrt(variance(x) + epsilon) * gain + bias, over each row (Ba, Kiros & Hinton 2016; the
    /// variance is the mean square deviation).
    ///
    /// x: [N, D]; gain, bias: [D]; y: [N, D].
    ///
    /// Backward, with n the normalised row and g = dy * gain:
    /// dx = (g - mean(g) - n mean(g n)) / deviation; dgain = sum over rows of dy n; dbias = sum over rows of dy.
    /// y is formed again where it was discarded.
    public func layerNorm(_ x: Variable, gain: Variable, bias: Variable, epsilon: Float = 1e-5) -> Variable {
        let (rows, width) = (x.value.rows, x.value.columns)
        precondition(
            gain.value.count == width && bias.value.count == width,
            "layerNorm: x \(x.shape), gain \(gain.shape), bias \(bias.shape)")
        let grain = max(1, (1 << 14) / max(width, 1))

        let means = arena.tensor(rows)
        let inverses = arena.tensor(rows)
        func form(_ y: Tensor) {
            let (source, gain, bias) = (x.value.pointer, gain.value.pointer, bias.value.pointer)
            Profile.measure("layer norm") {
                Parallel.for(rows, grain: grain) { range in
                    let offset = range.lowerBound * width
                    kernel_layer_norm(
                        range.count, width, source + offset, gain, bias, epsilon,
                        y.pointer + offset, means.pointer + range.lowerBound, inverses.pointer + range.lowerBound)
                }
            }
        }
        let y = arena.tensor(x.shape)
        form(y)
        let output = record(y, inputs: [x, gain, bias], formed: form) { [arena] dy in
            Profile.measure("layer norm backward") {
                let wantsParameters = gain.requiresGradient || bias.requiresGradient
                // Each piece has a partial sum of its own, and these are added up in order, so that the result is the
                // same whenever the number of threads is.
                let pieces = Parallel.pieces(rows, grain: grain)
                let partial = arena.zeros(pieces * 2, width)
                func run(_ dx: Tensor?, _ beta: Float) {
                    Parallel.each(pieces) { piece in
                        let range = Parallel.range(of: piece, pieces: pieces, count: rows)
                        let offset = range.lowerBound * width
                        kernel_layer_norm_backward(
                            range.count, width, x.value.pointer + offset, gain.value.pointer,
                            means.pointer + range.lowerBound, inverses.pointer + range.lowerBound,
                            dy.pointer + offset, beta, dx.map { $0.pointer + offset },
                            wantsParameters ? partial.row(2 * piece) : nil,
                            wantsParameters ? partial.row(2 * piece + 1) : nil)
                    }
                }
                if x.requiresGradient { x.accumulate { dx, beta in run(dx, beta) } } else { run(nil, 0) }
                gain.accumulate { kernel_column_sums(pieces, width, partial.pointer, 2 * width, $1, $0.pointer) }
                bias.accumulate {
                    kernel_column_sums(pieces, width, partial.pointer + width, 2 * width, $1, $0.pointer)
                }
                arena.recycle(partial)
            }
        }
        if !output.requiresGradient {
            arena.recycle(means)
            arena.recycle(inverses)
        }
        return output
    }
}
