import CKernels

/// Queries, keys and values of the tokens of a batch, or the gradients of them: fused in one tensor or in three.
struct AttentionOperands {
    let queries: UnsafeMutablePointer<Float>
    let keys: UnsafeMutablePointer<Float>
    let values: UnsafeMutablePointer<Float>
    /// Floats between the rows of the queries, and between those of the keys and of the values.
    let queryStride: Int
    let keyStride: Int
    let rows: Int
    /// Columns of the queries and of the keys.
    let width: Int
    let keyWidth: Int

    /// [N, 3D]: the three side by side.
    init(fused qkv: Tensor) {
        let width = qkv.columns / 3
        precondition(qkv.columns == 3 * width, "queries, keys and values side by side, not \(qkv.shape)")
        (queries, keys, values) = (qkv.pointer, qkv.pointer + width, qkv.pointer + 2 * width)
        (queryStride, keyStride, rows) = (3 * width, 3 * width, qkv.rows)
        (self.width, keyWidth) = (width, width)
    }

    /// [N, H W], [N, G W] and [N, G W].
    init(queries: Tensor, keys: Tensor, values: Tensor) {
        precondition(
            keys.rows == queries.rows && values.rows == queries.rows && keys.columns == values.columns,
            "attention: queries \(queries.shape), keys \(keys.shape), values \(values.shape)")
        (self.queries, self.keys, self.values) = (queries.pointer, keys.pointer, values.pointer)
        (queryStride, keyStride, rows) = (queries.columns, keys.columns, queries.rows)
        (width, keyWidth) = (queries.columns, keys.columns)
    }
}

/// Where each sequence and head of packed attention lies, and the products over them.
struct AttentionLayout {
    let tokens: Int
    /// Columns of the queries and of the result, H W.
    let width: Int
    /// W.
    let headWidth: Int
    let heads: Int
    /// Heads of keys and values, each shared by a group of query heads.
    let keyValueHeads: Int
    let starts: [Int]
    let longest: Int
    var scale: Float { 1 / Float(headWidth).squareRoot() }

    init(fused qkv: Tensor, heads: Int, starts: [Int]) {
        self.init(AttentionOperands(fused: qkv), heads: heads, keyValueHeads: heads, starts: starts)
    }

    init(_ operands: AttentionOperands, heads: Int, keyValueHeads: Int, starts: [Int]) {
        let width = operands.width
        precondition(heads > 0 && width % heads == 0, "\(heads) heads do not divide width \(width)")
        precondition(
            keyValueHeads > 0 && heads % keyValueHeads == 0, "\(keyValueHeads) heads of keys do not divide \(heads)")
        precondition(
            operands.keyWidth * heads == width * keyValueHeads,
            "\(heads) query heads in \(width) columns, and \(keyValueHeads) of keys in \(operands.keyWidth)")
        precondition(starts.first == 0 && starts.last == operands.rows, "starts must run from 0 to \(operands.rows)")
        tokens = operands.rows
        self.width = width
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.starts = starts
        headWidth = width / heads
        var longest = 0
        for (start, end) in zip(starts, starts.dropFirst()) {
            precondition(start <= end, "starts must not decrease")
            longest = max(longest, end - start)
        }
        self.longest = longest
    }

    /// The query heads that share a head of keys and values.
    func heads(ofGroup group: Int) -> Range<Int> {
        let size = heads / keyValueHeads
        return group * size..<(group + 1) * size
    }

    /// Columns of a query head's keys and values begin here.
    private func keyColumn(_ head: Int) -> Int { head / (heads / keyValueHeads) * headWidth }

    /// Floating-point operations of so many products [T, T] x [T, W], the lower triangle alone.
    func operations(products: Int) -> Double {
        zip(starts, starts.dropFirst()).reduce(0) { sum, bounds in
            let length = Double(bounds.1 - bounds.0)
            return sum + Double(products) * length * (length + 1) * Double(width)
        }
    }

    /// Kernels that stop at the diagonal need heads of whole registers; other widths go through BLAS.
    var hasKernel: Bool { headWidth % 16 == 0 }

    /// Floats a worker needs beside the tensors.
    var forwardScratch: Int {
        hasKernel ? kernel_attention_scratch(longest, headWidth) : longest * longest
    }
    var backwardScratch: Int {
        hasKernel ? kernel_attention_backward_scratch(longest, headWidth) : 2 * longest * longest + longest
    }

    /// Calls `body(rows of the sequence, index, scratch)` for every sequence and each of `count` heads or groups, dealt
    /// to the workers; scratch is the worker's own.
    private func forEach(
        _ count: Int, _ arena: Arena, scratch room: Int, _ body: (Range<Int>, Int, UnsafeMutablePointer<Float>) -> Void
    ) {
        let sequences = starts.count - 1
        let units = sequences * count
        guard units > 0, longest > 0 else { return }
        let workers = Parallel.pieces(units)
        let scratch = arena.tensor(workers, Storage.padded(room))
        // Units are dealt in turn: neighbours are the heads of one sequence, which cost the same.
        Parallel.each(workers) { worker in
            for unit in stride(from: worker, to: units, by: workers) {
                let sequence = unit / count
                let rows = starts[sequence]..<starts[sequence + 1]
                if !rows.isEmpty { body(rows, unit % count, scratch.row(worker)) }
            }
        }
        arena.recycle(scratch)
    }

    /// The forward pass of all sequences and heads.
    func forward(_ operands: AttentionOperands, y: Tensor, logSums: Tensor, arena: Arena) {
        Profile.measure("attention", operations: operations(products: 2)) {
            forEach(heads, arena, scratch: forwardScratch) { rows, head, scratch in
                forward(
                    operands, rows: rows, head: head, scores: scratch, logSums: logSums.pointer + head * tokens,
                    y: y.pointer)
            }
        }
    }

    /// The backward pass. The heads of a group share a key and a value, so they take turns on one worker.
    ///
    /// - Parameter betas: What the gradients are multiplied by before the contribution of the first head is added. Each
    ///   head writes its own columns of all rows, so a first contribution needs no clearing.
    func backward(
        _ operands: AttentionOperands, y: Tensor, dy: Tensor, logSums: Tensor, arena: Arena,
        gradients: AttentionOperands, betas: (query: Float, key: Float, value: Float)
    ) {
        Profile.measure("attention backward", operations: operations(products: 4)) {
            forEach(keyValueHeads, arena, scratch: backwardScratch) { rows, group, scratch in
                for head in heads(ofGroup: group) {
                    let isFirst = head == heads(ofGroup: group).lowerBound
                    backward(
                        operands, y: y.pointer, dy: dy.pointer, rows: rows, head: head, scratch: scratch,
                        logSums: logSums.pointer + head * tokens, gradients: gradients,
                        betas: isFirst ? betas : (betas.query, 1, 1))
                }
            }
        }
    }

    func forward(
        _ operands: AttentionOperands, rows: Range<Int>, head: Int, scores: UnsafeMutablePointer<Float>,
        logSums: UnsafeMutablePointer<Float>?, y: UnsafeMutablePointer<Float>
    ) {
        let length = rows.count
        let logSums = logSums.map { $0 + rows.lowerBound }
        let (query, key, value) = matrices(operands, rows: rows, head: head)
        let target = y + rows.lowerBound * width + head * headWidth
        if hasKernel {
            kernel_attention(
                length, headWidth, query.pointer, operands.queryStride, key.pointer, value.pointer, operands.keyStride,
                scale, target, width, logSums, scores)
            return
        }
        BLAS.serialMultiply(query, key.transpose, into: scores, stride: length)
        kernel_causal_softmax(length, length, 0, scale, scores, length, logSums)
        BLAS.serialMultiply(Matrix(scores, rows: length, columns: length), value, into: target, stride: width)
    }

    private func backward(
        _ operands: AttentionOperands, y: UnsafeMutablePointer<Float>, dy: UnsafeMutablePointer<Float>,
        rows: Range<Int>, head: Int, scratch: UnsafeMutablePointer<Float>, logSums: UnsafeMutablePointer<Float>,
        gradients: AttentionOperands, betas: (query: Float, key: Float, value: Float)
    ) {
        let length = rows.count
        let (query, key, value) = matrices(operands, rows: rows, head: head)
        let (dq, dk, dv) = places(gradients, rows: rows, head: head)
        let offset = rows.lowerBound * width + head * headWidth
        if hasKernel {
            kernel_attention_backward(
                length, headWidth, query.pointer, operands.queryStride, key.pointer, value.pointer, operands.keyStride,
                scale, y + offset, dy + offset, width, logSums + rows.lowerBound, betas.query, dq, betas.key,
                dk, betas.value, dv, scratch)
            return
        }
        let probabilities = scratch
        let scoreGradients = scratch + length * length
        let delta = scratch + 2 * length * length
        let upstream = Matrix(dy + offset, rows: length, columns: headWidth, stride: width)
        let (queryStride, keyStride) = (gradients.queryStride, gradients.keyStride)

        BLAS.serialMultiply(query, key.transpose, into: probabilities, stride: length)
        kernel_causal_softmax_again(
            length, length, 0, scale, probabilities, length, logSums + rows.lowerBound)
        let a = Matrix(probabilities, rows: length, columns: length)
        BLAS.serialMultiply(a.transpose, upstream, into: dv, stride: keyStride, beta: betas.value)

        for row in 0..<length {
            delta[row] = kernel_dot(headWidth, dy + offset + row * width, y + offset + row * width)
        }
        BLAS.serialMultiply(upstream, value.transpose, into: scoreGradients, stride: length)
        kernel_causal_softmax_backward(
            length, length, 0, scale, probabilities, scoreGradients, length, delta)
        let ds = Matrix(scoreGradients, rows: length, columns: length)
        BLAS.serialMultiply(ds, key, into: dq, stride: queryStride, beta: betas.query)
        BLAS.serialMultiply(ds.transpose, query, into: dk, stride: keyStride, beta: betas.key)
    }

    /// Where one head's queries, keys and values of one sequence begin.
    private func places(
        _ operands: AttentionOperands, rows: Range<Int>, head: Int
    ) -> (query: UnsafeMutablePointer<Float>, key: UnsafeMutablePointer<Float>, value: UnsafeMutablePointer<Float>) {
        let keyOffset = rows.lowerBound * operands.keyStride + keyColumn(head)
        return (
            operands.queries + rows.lowerBound * operands.queryStride + head * headWidth, operands.keys + keyOffset,
            operands.values + keyOffset
        )
    }

    /// One head's queries, keys and values of one sequence, [T, W] each.
    private func matrices(
        _ operands: AttentionOperands, rows: Range<Int>, head: Int
    ) -> (query: Matrix, key: Matrix, value: Matrix) {
        let (query, key, value) = places(operands, rows: rows, head: head)
        func matrix(_ pointer: UnsafeMutablePointer<Float>, _ stride: Int) -> Matrix {
            Matrix(pointer, rows: rows.count, columns: headWidth, stride: stride)
        }
        return (
            matrix(query, operands.queryStride), matrix(key, operands.keyStride), matrix(value, operands.keyStride)
        )
    }
}
