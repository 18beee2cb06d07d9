import CKernels

extension Tape {
    /// Multi-head causal self-attention over packed sequences (Vaswani et al. 2017), per sequence and head:
    ///
    ///     S = Q K^T / sqrt(D/H) on and below the diagonal,   A = softmax(S),   y = A V
    ///
    /// - Parameters:
    ///   - qkv: [N, 3D]: queries, keys and values side by side, heads contiguous within each (GPT-2's layout).
    ///   - heads: H, which divides D.
    ///   - starts: B + 1 rows: sequence b is rows starts[b] ..< starts[b + 1].
    /// - Returns: [N, D].
    ///
    /// At most one [T, T] block of scores exists per worker; only the rows' log-sum-exp (N x H floats) is kept, and
    /// the backward pass computes A again from it:
    /// dV = A^T dy;  dA = dy V^T;  dS = A * (dA - rowsum(dy * y)) / sqrt(D/H);  dQ = dS K;  dK = dS^T Q.
    public func causalAttention(_ qkv: Variable, heads: Int, starts: [Int]) -> Variable {
        let layout = AttentionLayout(tokens: qkv.value.rows, width: qkv.value.columns / 3, heads: heads, starts: starts)
        precondition(qkv.value.columns == 3 * layout.width, "causalAttention: qkv \(qkv.shape)")
        let y = arena.tensor(layout.tokens, layout.width)
        let logSums = arena.tensor(heads, max(layout.tokens, 1))
        Profile.measure("attention", operations: layout.operations(products: 2)) {
            layout.forEachHead(arena, scratch: layout.forwardScratch) { rows, head, scratch in
                layout.forward(
                    qkv: qkv.value.pointer, rows: rows, head: head, scores: scratch,
                    logSums: logSums.pointer + head * layout.tokens, y: y.pointer)
            }
        }
        let output = record(y, inputs: [qkv]) { [arena] dy in
            Profile.measure("attention backward", operations: layout.operations(products: 4)) {
                qkv.accumulate { dqkv, beta in
                    // Each head writes its own columns of all rows, so a first contribution needs no clearing.
                    layout.forEachHead(arena, scratch: layout.backwardScratch) { rows, head, scratch in
                        layout.backward(
                            qkv: qkv.value.pointer, y: y.pointer, dy: dy.pointer, rows: rows, head: head,
                            scratch: scratch, logSums: logSums.pointer + head * layout.tokens, beta: beta,
                            dqkv: dqkv.pointer)
                    }
                }
            }
        }
        if !output.requiresGradient { arena.recycle(logSums) }
        return output
    }
}

/// Where each sequence and head of packed attention lies, and the products over them.
struct AttentionLayout {
    let tokens: Int
    /// D, and D / H.
    let width: Int
    let headWidth: Int
    let heads: Int
    let starts: [Int]
    let longest: Int
    var scale: Float { 1 / Float(headWidth).squareRoot() }

    init(tokens: Int, width: Int, heads: Int, starts: [Int]) {
        precondition(heads > 0 && width % heads == 0, "\(heads) heads do not divide width \(width)")
        precondition(starts.first == 0 && starts.last == tokens, "starts must run from 0 to \(tokens)")
        self.tokens = tokens
        self.width = width
        self.heads = heads
        self.starts = starts
        headWidth = width / heads
        var longest = 0
        for (start, end) in zip(starts, starts.dropFirst()) {
            precondition(start <= end, "starts must not decrease")
            longest = max(longest, end - start)
        }
        self.longest = longest
    }

    /// Floating-point operations of so many products [T, T] x [T, D/H], the lower triangle alone.
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

    /// Calls `body(rows of the sequence, head, scratch)` for every sequence and head, dealt to the workers;
    /// scratch is the worker's own.
    func forEachHead(
        _ arena: Arena, scratch room: Int, _ body: (Range<Int>, Int, UnsafeMutablePointer<Float>) -> Void
    ) {
        let sequences = starts.count - 1
        let units = sequences * heads
        guard units > 0, longest > 0 else { return }
        let workers = Parallel.pieces(units)
        let scratch = arena.tensor(workers, Storage.padded(room))
        // Unit by unit in a fixed stride: neighbours are the heads of one sequence, of equal cost.
        Parallel.each(workers) { worker in
            for unit in stride(from: worker, to: units, by: workers) {
                let sequence = unit / heads
                let rows = starts[sequence]..<starts[sequence + 1]
                if !rows.isEmpty { body(rows, unit % heads, scratch.row(worker)) }
            }
        }
        arena.recycle(scratch)
    }

    func forward(
        qkv: UnsafeMutablePointer<Float>, rows: Range<Int>, head: Int, scores: UnsafeMutablePointer<Float>,
        logSums: UnsafeMutablePointer<Float>?, y: UnsafeMutablePointer<Float>
    ) {
        let length = rows.count
        let logSums = logSums.map { $0 + rows.lowerBound }
        let (query, key, value) = operands(qkv, rows: rows, head: head)
        if hasKernel {
            kernel_attention(
                length, headWidth, query.pointer, key.pointer, value.pointer, 3 * width, scale,
                y + rows.lowerBound * width + head * headWidth, width, logSums, scores)
            return
        }
        BLAS.serialMultiply(query, key.transpose, into: scores, stride: length)
        kernel_causal_softmax(length, length, 0, scale, scores, length, logSums)
        BLAS.serialMultiply(
            Matrix(scores, rows: length, columns: length), value,
            into: y + rows.lowerBound * width + head * headWidth, stride: width)
    }

    func backward(
        qkv: UnsafeMutablePointer<Float>, y: UnsafeMutablePointer<Float>, dy: UnsafeMutablePointer<Float>,
        rows: Range<Int>, head: Int, scratch: UnsafeMutablePointer<Float>, logSums: UnsafeMutablePointer<Float>,
        beta: Float, dqkv: UnsafeMutablePointer<Float>
    ) {
        let length = rows.count
        let (query, key, value) = operands(qkv, rows: rows, head: head)
        let probabilities = scratch
        let scoreGradients = scratch + length * length
        let delta = scratch + 2 * length * length
        let offset = rows.lowerBound * width + head * headWidth
        let upstream = Matrix(dy + offset, rows: length, columns: headWidth, stride: width)
        let stride = 3 * width
        let target = dqkv + rows.lowerBound * stride + head * headWidth
        if hasKernel {
            kernel_attention_backward(
                length, headWidth, query.pointer, key.pointer, value.pointer, stride, scale, y + offset, dy + offset,
                width, logSums + rows.lowerBound, beta, target, target + width, target + 2 * width, stride, scratch)
            return
        }

        BLAS.serialMultiply(query, key.transpose, into: probabilities, stride: length)
        kernel_causal_softmax_again(
            length, length, 0, scale, probabilities, length, logSums + rows.lowerBound)
        let a = Matrix(probabilities, rows: length, columns: length)
        BLAS.serialMultiply(a.transpose, upstream, into: target + 2 * width, stride: stride, beta: beta)

        for row in 0..<length {
            delta[row] = kernel_dot(headWidth, dy + offset + row * width, y + offset + row * width)
        }
        BLAS.serialMultiply(upstream, value.transpose, into: scoreGradients, stride: length)
        kernel_causal_softmax_backward(
            length, length, 0, scale, probabilities, scoreGradients, length, delta)
        let ds = Matrix(scoreGradients, rows: length, columns: length)
        BLAS.serialMultiply(ds, key, into: target, stride: stride, beta: beta)
        BLAS.serialMultiply(ds.transpose, query, into: target + width, stride: stride, beta: beta)
    }

    /// One head's queries, keys and values of one sequence, [T, D/H] each.
    private func operands(
        _ qkv: UnsafeMutablePointer<Float>, rows: Range<Int>, head: Int
    ) -> (query: Matrix, key: Matrix, value: Matrix) {
        let base = qkv + rows.lowerBound * 3 * width + head * headWidth
        func part(_ index: Int) -> Matrix {
            Matrix(base + index * width, rows: rows.count, columns: headWidth, stride: 3 * width)
        }
        return (part(0), part(1), part(2))
    }
}
