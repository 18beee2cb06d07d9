import CKernels

extension Tape {
    /// scale * sum over rows of weight_n (logsumexp(z_n) - z_n[target_n]), z = hidden head^T: cross-entropy fused with
    /// the language-model head, a chunk of rows at a time.
    ///
    /// - Parameters:
    ///   - hidden: [R, D], the final activations of the rows that count.
    ///   - head: [V, D].
    ///   - targets: R token numbers.
    ///   - rowWeights: R weights, or 1 for every row.
    ///   - scale: a factor of the whole.
    ///   - chunk: rows whose logits are held at once; by default 192 MiB of them at most (`HeadLoss.chunk`).
    /// - Returns: a scalar, which must be a root of `backward` (see `HeadLoss`): weigh it by `scale`.
    ///
    /// Backward: dz = scale weight (softmax(z) - onehot), dhidden = dz head, dhead += dz^T hidden.
    public func crossEntropy(
        _ hidden: Variable, head: Variable, targets: [Int32], rowWeights: [Float]? = nil, scale: Float,
        chunk: Int? = nil
    ) -> Variable {
        let vocabulary = head.value.rows
        precondition(targets.count == hidden.value.rows, "\(targets.count) targets for \(hidden.value.rows) rows")
        precondition(rowWeights.map { $0.count == targets.count } ?? true, "crossEntropy: one weight a row")
        checkIndices(targets, below: vocabulary, what: "target")
        return headLoss("cross-entropy with head", hidden: hidden, head: head, scale: scale, chunk: chunk) {
            row, _, logits in
            let weight = rowWeights?[row] ?? 1
            return Double(weight) * kernel_cross_entropy(vocabulary, logits, Int(targets[row]), scale * weight)
        }
    }
}
