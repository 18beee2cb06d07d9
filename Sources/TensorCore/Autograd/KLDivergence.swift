import CKernels

extension Tape {
    /// scale * sum over rows of KL(softmax(teacher) || softmax(student)), both fused with their heads, a chunk of rows
    /// at a time.
    ///
    /// - Parameters:
    ///   - hidden: the student's final activations, [R, D].
    ///   - head: the student's head, [V, D].
    ///   - teacherHidden: the teacher's final activations, [R, D']; a constant.
    ///   - teacherHead: the teacher's head, [V, D']; a constant.
    ///   - scale: a factor of the whole.
    ///   - chunk: rows whose logits are held at once; by default 192 MiB of both models' at most.
    /// - Returns: a scalar, which must be a root of `backward` (see `HeadLoss`): weigh it by `scale`.
    ///
    /// Backward: dz = scale (softmax(student) - softmax(teacher)), dhidden = dz head, dhead += dz^T hidden.
    public func klDivergence(
        _ hidden: Variable, head: Variable, teacherHidden: Tensor, teacherHead: Tensor, scale: Float,
        chunk: Int? = nil
    ) -> Variable {
        let (rows, vocabulary) = (hidden.value.rows, head.value.rows)
        precondition(
            teacherHidden.rows == rows && teacherHead.rows == vocabulary
                && teacherHidden.columns == teacherHead.columns,
            "klDivergence: teacher \(teacherHidden.shape), \(teacherHead.shape)")
        // Two blocks of logits are held, so half as many rows at once.
        let chunk = chunk ?? max(1, HeadLoss.chunk(rows: rows * 2, vocabulary: vocabulary, requested: nil) / 2)
        let teacher = arena.tensor(min(chunk, max(rows, 1)), vocabulary)
        defer { arena.recycle(teacher) }
        return headLoss(
            "KL divergence with heads", hidden: hidden, head: head, scale: scale, chunk: chunk, preparing: 1,
            prepare: { range in
                BLAS.multiply(
                    Matrix(teacherHidden.rows(range)), Matrix(teacherHead, transposed: true),
                    into: teacher.rows(0..<range.count), precision: precision)
            },
            kernel: { _, index, logits in
                kernel_kl_divergence(vocabulary, logits, teacher.pointer + index * vocabulary, scale)
            })
    }
}
