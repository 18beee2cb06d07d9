import CKernels

/// What is read off the language-model head without gradients, a chunk of rows at a time.
public enum HeadReadout {
    /// The most likely token of each row: argmax of hidden head^T, the lowest number among equals.
    /// hidden: [R, D]; head: [V, D].
    public static func argmax(_ hidden: Tensor, head: Tensor, arena: Arena, precision: NumberFormat = .fp32) -> [Int32]
    {
        rows(hidden, head: head, arena: arena, precision: precision, initial: 0) { _, logits in
            Int32(kernel_argmax(head.rows, logits))
        }
    }

    /// -log p(target) of each row in nats, for perplexities.
    public static func losses(
        _ hidden: Tensor, head: Tensor, targets: [Int32], arena: Arena, precision: NumberFormat = .fp32
    ) -> [Float] {
        precondition(targets.count == hidden.rows, "\(targets.count) targets for \(hidden.rows) rows")
        checkIndices(targets, below: head.rows, what: "target")
        return rows(hidden, head: head, arena: arena, precision: precision, initial: 0) { row, logits in
            kernel_log_sum_exp(head.rows, logits) - logits[Int(targets[row])]
        }
    }

    /// All logits, [R, V]: for few rows.
    public static func logits(_ hidden: Tensor, head: Tensor, arena: Arena, precision: NumberFormat = .fp32) -> Tensor {
        let result = arena.tensor(hidden.rows, head.rows)
        BLAS.multiply(Matrix(hidden), Matrix(head, transposed: true), into: result, precision: precision)
        return result
    }

    private static func rows<Element>(
        _ hidden: Tensor, head: Tensor, arena: Arena, precision: NumberFormat, initial: Element,
        _ body: (Int, UnsafeMutablePointer<Float>) -> Element
    ) -> [Element] {
        var results = [Element](repeating: initial, count: hidden.rows)
        let chunk = HeadLoss.chunk(rows: hidden.rows, vocabulary: head.rows, requested: nil)
        Profile.measure(
            "head readout", operations: 2 * Double(hidden.rows) * Double(head.rows) * Double(head.columns)
        ) {
            for start in stride(from: 0, to: hidden.rows, by: chunk) {
                let range = start..<min(start + chunk, hidden.rows)
                let logits = self.logits(hidden.rows(range), head: head, arena: arena, precision: precision)
                results.withUnsafeMutableBufferPointer { results in
                    Parallel.each(range.count) { index in
                        results[start + index] = body(start + index, logits.pointer + index * head.rows)
                    }
                }
                arena.recycle(logits)
            }
        }
        return results
    }
}
