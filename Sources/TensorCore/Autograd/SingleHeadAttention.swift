import CKernels

extension Tape {
    /// One attention head over packed sequences, with queries and keys of one size and values of another, and logits
    /// that are not divided by anything. Per sequence:
    ///
    ///     S = Q K^T, with `causal` on and below the diagonal only;   A = softmax(S);   y = A V
    ///
    /// - Parameters:
    ///   - queries: [N, K].
    ///   - keys: [N, K].
    ///   - values: [N, V].
    ///   - starts: B + 1 rows: sequence b is rows starts[b] ..< starts[b + 1].
    ///   - causal: whether a row attends to no later row.
    /// - Returns: [N, V].
    ///
    /// A is kept, T x T floats a sequence. Backward:
    /// dV = A^T dy;  dA = dy V^T;  dS = A * (dA - rowsum(dA * A));  dQ = dS K;  dK = dS^T Q.
    public func singleHeadAttention(
        queries: Variable, keys: Variable, values: Variable, starts: [Int], causal: Bool
    ) -> Variable {
        let layout = SingleHeadLayout(queries.value, keys.value, values.value, starts: starts, causal: causal)
        let probabilities = arena.tensor(max(layout.scoreCount, 1))
        let y = arena.tensor(values.shape)
        layout.forEachSequence { rows, offset in
            layout.forward(
                queries.value, keys.value, values.value, rows: rows, probabilities: probabilities.pointer + offset,
                into: y)
        }
        return record(y, inputs: [queries, keys, values]) { [arena] dy in
            let scores = arena.tensor(probabilities.shape)
            layout.forEachSequence { rows, offset in
                layout.scoreGradients(
                    dy, values.value, rows: rows, probabilities: probabilities.pointer + offset,
                    into: scores.pointer + offset)
            }
            queries.accumulate { dq, beta in
                layout.multiply(scores, transposed: false, keys.value, into: dq, beta: beta)
            }
            keys.accumulate { dk, beta in
                layout.multiply(scores, transposed: true, queries.value, into: dk, beta: beta)
            }
            values.accumulate { dv, beta in layout.multiply(probabilities, transposed: true, dy, into: dv, beta: beta) }
            arena.recycle(scores)
        }
    }
}

/// Where each sequence's square of scores lies, and the products over them.
private struct SingleHeadLayout {
    let starts: [Int]
    let causal: Bool
    /// Where each sequence's scores begin; one more than there are sequences.
    let offsets: [Int]

    init(_ queries: Tensor, _ keys: Tensor, _ values: Tensor, starts: [Int], causal: Bool) {
        precondition(queries.shape == keys.shape, "attention: queries \(queries.shape), keys \(keys.shape)")
        precondition(values.rows == keys.rows, "attention: keys \(keys.shape), values \(values.shape)")
        precondition(
            starts.first == 0 && starts.last == keys.rows && zip(starts, starts.dropFirst()).allSatisfy { $0 <= $1 },
            "starts must run from 0 to \(keys.rows)")
        self.starts = starts
        self.causal = causal
        offsets = zip(starts, starts.dropFirst()).reduce(into: [0]) {
            $0.append($0[$0.count - 1] + ($1.1 - $1.0) * ($1.1 - $1.0))
        }
    }

    var scoreCount: Int { offsets[offsets.count - 1] }

    /// Calls `body(rows, where its scores begin)` for every sequence, dealt to the workers.
    func forEachSequence(_ body: (Range<Int>, Int) -> Void) {
        Parallel.each(starts.count - 1) { sequence in
            let rows = starts[sequence]..<starts[sequence + 1]
            if !rows.isEmpty { body(rows, offsets[sequence]) }
        }
    }

    func forward(
        _ queries: Tensor, _ keys: Tensor, _ values: Tensor, rows: Range<Int>,
        probabilities: UnsafeMutablePointer<Float>,
        into y: Tensor
    ) {
        let length = rows.count
        BLAS.serialMultiply(
            Matrix(queries.rows(rows)), Matrix(keys.rows(rows), transposed: true), into: probabilities, stride: length)
        for row in 0..<length {
            let visible = causal ? row + 1 : length
            let scores = probabilities + row * length
            _ = kernel_softmax(visible, scores)
            (scores + visible).update(repeating: 0, count: length - visible)
        }
        BLAS.serialMultiply(
            Matrix(probabilities, rows: length, columns: length), Matrix(values.rows(rows)),
            into: y.row(rows.lowerBound),
            stride: y.columns)
    }

    func scoreGradients(
        _ dy: Tensor, _ values: Tensor, rows: Range<Int>, probabilities: UnsafeMutablePointer<Float>,
        into gradients: UnsafeMutablePointer<Float>
    ) {
        let length = rows.count
        BLAS.serialMultiply(
            Matrix(dy.rows(rows)), Matrix(values.rows(rows), transposed: true), into: gradients, stride: length)
        for start in stride(from: 0, to: length * length, by: length) {
            let mean = kernel_dot(length, gradients + start, probabilities + start)
            for index in start..<(start + length) {
                gradients[index] = probabilities[index] * (gradients[index] - mean)
            }
        }
    }

    /// Each sequence's rows of `target` = beta target + its square (transposed) times its rows of `factor`.
    func multiply(_ squares: Tensor, transposed: Bool, _ factor: Tensor, into target: Tensor, beta: Float) {
        forEachSequence { rows, offset in
            let square = Matrix(squares.pointer + offset, rows: rows.count, columns: rows.count)
            BLAS.serialMultiply(
                transposed ? square.transpose : square, Matrix(factor.rows(rows)), into: target.row(rows.lowerBound),
                stride: target.columns, beta: beta)
        }
    }
}
