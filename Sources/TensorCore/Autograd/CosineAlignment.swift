import CKernels

extension Tape {
    /// scale * sum over rows of weight_n (1 - cos(x_n, target_n)): the alignment loss of one residual state.
    ///
    /// - Parameters:
    ///   - x: [N, C], the mapped student.
    ///   - target: [N, C], the compiled model's residual stream; a constant.
    ///   - rowWeights: N weights, or 1 for every row.
    ///   - scale: a factor of the whole.
    /// - Returns: a scalar.
    ///
    /// A row where either vector has zero norm counts as cosine 0 (distance 1) and passes no gradient.
    ///
    /// Backward: dx = -scale weight (t / |t| - cos x / |x|) / |x|, formed in the forward pass.
    public func cosineAlignment(
        _ x: Variable, target: Tensor, rowWeights: [Float]? = nil, scale: Float
    ) -> Variable {
        let (rows, width) = (x.value.rows, x.value.columns)
        precondition(
            target.rows == rows && target.columns == width, "cosineAlignment: x \(x.shape), target \(target.shape)")
        precondition(rowWeights.map { $0.count == rows } ?? true, "cosineAlignment: \(rows) rows need as many weights")

        let wanted = isRecording && x.requiresGradient
        let dx = wanted ? arena.tensor(rows, width) : nil
        var distances = [Double](repeating: 0, count: rows)
        Profile.measure("cosine alignment") {
            distances.withUnsafeMutableBufferPointer { distances in
                Parallel.for(rows, grain: max(1, elementwiseGrain / max(width, 1))) { range in
                    for row in range {
                        let offset = row * width
                        let weight = rowWeights?[row] ?? 1
                        distances[row] =
                            Double(weight)
                            * kernel_cosine_distance(
                                width, x.value.pointer + offset, target.pointer + offset, scale * weight, 0,
                                dx.map { $0.pointer + offset })
                    }
                }
            }
        }
        let y = arena.tensor(Shape.scalar)
        y[0] = Float(distances.reduce(0, +) * Double(scale))
        return record(y, inputs: [x]) { [arena] dy in
            guard let dx else { return }
            x.accumulate { addScaled(dx, dy.scalar, to: $0, beta: $1) }
            arena.recycle(dx)
        }
    }
}
