import CKernels

extension Tape {
    /// scale * sum over rows n and groups g of weight_n weight_g * CE(softmax(x[n, columns of g]), target[n, g]): a
    /// softmax cross-entropy within each group of columns (the directions of one categorical variable).
    ///
    /// - Parameters:
    ///   - x: [N, C].
    ///   - groups: column ranges within 0 ..< C; they should not overlap.
    ///   - targets: N x groups, row by row: the index within the group, or -1 for "no target here".
    ///   - weights: one weight a group, or 1 for every group.
    ///   - rowWeights: one weight a row, or 1 for every row.
    ///   - scale: a factor of the whole.
    /// - Returns: a scalar.
    ///
    /// Backward: dx[n, g] = scale weight_n weight_g (softmax - onehot), formed in the forward pass; zero outside the
    /// groups.
    public func groupedCrossEntropy(
        _ x: Variable, groups: [Range<Int>], targets: [Int32], weights: [Float]? = nil, rowWeights: [Float]? = nil,
        scale: Float
    ) -> Variable {
        let (rows, width) = (x.value.rows, x.value.columns)
        precondition(targets.count == rows * groups.count, "groupedCrossEntropy: \(targets.count) targets")
        precondition(weights.map { $0.count == groups.count } ?? true, "groupedCrossEntropy: one weight a group")
        precondition(rowWeights.map { $0.count == rows } ?? true, "groupedCrossEntropy: one weight a row")
        precondition(groups.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= width }, "group outside 0 ..< \(width)")
        for (index, target) in targets.enumerated() {
            precondition(
                target < 0 || Int(target) < groups[index % groups.count].count, "target \(target) in its group")
        }

        let dx = arena.zeros(rows, width)
        var losses = [Double](repeating: 0, count: rows)
        Profile.measure("grouped cross-entropy") {
            losses.withUnsafeMutableBufferPointer { losses in
                Parallel.for(rows, grain: max(1, (1 << 13) / max(width, 1))) { range in
                    for row in range {
                        for (index, group) in groups.enumerated() {
                            let target = Int(targets[row * groups.count + index])
                            let weight = (weights?[index] ?? 1) * (rowWeights?[row] ?? 1)
                            guard target >= 0, weight != 0 else { continue }
                            let logits = dx.pointer + row * width + group.lowerBound
                            logits.update(
                                from: x.value.pointer + row * width + group.lowerBound, count: group.count)
                            losses[row] +=
                                Double(weight)
                                * kernel_cross_entropy(group.count, logits, target, scale * weight)
                        }
                    }
                }
            }
        }
        let y = arena.tensor(Shape.scalar)
        y[0] = Float(losses.reduce(0, +) * Double(scale))
        return record(y, inputs: [x]) { [arena] dy in
            x.accumulate { addScaled(dx, dy.scalar, to: $0, beta: $1) }
            arena.recycle(dx)
        }
    }
}
