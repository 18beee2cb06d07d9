/// What the losses over the vocabulary share: logits of a few rows at a time, never [R, V] at once.
///
/// For each chunk of rows: logits = hidden head^T; a kernel turns them into d(loss)/d(logits) in place; then
/// d(hidden) = dlogits head is kept for the backward pass and dhead += dlogits^T hidden is added at once. The loss must
/// therefore be a root of `backward`: it relies on the upstream gradient being 1.
enum HeadLoss {
    /// Rows of logits that are held at once, where the caller does not say: 192 MiB of them at most, but 64 rows at
    /// least, for an efficient product.
    static func chunk(rows: Int, vocabulary: Int, requested: Int?) -> Int {
        if let requested { return max(1, requested) }
        let fitting = (192 << 20) / MemoryLayout<Float>.stride / max(vocabulary, 1)
        let most = max(64, fitting)
        let chunks = max(1, (rows + most - 1) / most)
        return max(1, (rows + chunks - 1) / chunks)  // equal chunks, no short last one
    }
}

extension Tape {
    /// Runs `kernel(row, index in its chunk, logits)` over every row; it returns the row's loss and leaves
    /// d(loss)/d(logits) in place. `prepare` is told the rows of a chunk first; it computes `productsBefore` products
    /// of the size of the head's own.
    func headLoss(
        _ name: StaticString, hidden: Variable, head: Variable, scale: Float, chunk requested: Int?,
        preparing productsBefore: Double = 0, prepare: (Range<Int>) -> Void = { _ in },
        kernel: (Int, Int, UnsafeMutablePointer<Float>) -> Double
    ) -> Variable {
        let (rows, width, vocabulary) = (hidden.value.rows, hidden.value.columns, head.value.rows)
        precondition(head.value.columns == width, "\(name): hidden \(hidden.shape), head \(head.shape)")
        let chunk = HeadLoss.chunk(rows: rows, vocabulary: vocabulary, requested: requested)
        let dHidden = isRecording && hidden.requiresGradient ? arena.tensor(rows, width) : nil
        let wantsHead = isRecording && head.requiresGradient
        var losses = [Double](repeating: 0, count: rows)
        let products = productsBefore + 1 + (dHidden == nil ? 0.0 : 1) + (wantsHead ? 1.0 : 0)

        Profile.measure(name, operations: 2 * products * Double(rows) * Double(width) * Double(vocabulary)) {
            var start = 0
            while start < rows {
                let range = start..<min(start + chunk, rows)
                let part = hidden.value.rows(range)
                prepare(range)
                let logits = arena.tensor(range.count, vocabulary)
                BLAS.multiply(Matrix(part), Matrix(head.value, transposed: true), into: logits, precision: precision)
                losses.withUnsafeMutableBufferPointer { losses in
                    Parallel.each(range.count) { index in
                        losses[start + index] = kernel(start + index, index, logits.pointer + index * vocabulary)
                    }
                }
                if let dHidden {
                    BLAS.multiply(Matrix(logits), Matrix(head.value), into: dHidden.rows(range), precision: precision)
                }
                if wantsHead {
                    head.accumulate { dHead, beta in
                        BLAS.multiply(
                            Matrix(logits, transposed: true), Matrix(part), into: dHead, beta: beta,
                            precision: precision)
                    }
                }
                arena.recycle(logits)
                start = range.upperBound
            }
        }

        let y = arena.tensor(Shape.scalar)
        y[0] = Float(losses.reduce(0, +) * Double(scale))
        return record(y, inputs: [hidden, head]) { [arena] dy in
            precondition(dy.scalar == 1, "\(name) must be a root of backward")
            guard let dHidden else { return }
            hidden.accumulate { addScaled(dHidden, 1, to: $0, beta: $1) }
            arena.recycle(dHidden)
        }
    }
}
