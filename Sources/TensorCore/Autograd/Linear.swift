extension Tape {
    /// y = x W + b, or residual + x W + b.
    ///
    /// - Parameters:
    ///   - x: [N, I].
    ///   - weight: W, [I, O] (GPT-2's "Conv1D" layout).
    ///   - bias: [O] or none.
    ///   - transposed: whether W is [O, I], and y = x W^T + b.
    ///   - residual: [N, O] or none: what the result is added to, without a pass or a tensor of its own.
    /// - Returns: [N, O].
    ///
    /// Backward: dx = dy W^T, dW = x^T dy, db = column sums of dy, dresidual = dy.
    public func linear(
        _ x: Variable, weight: Variable, bias: Variable? = nil, transposed: Bool = false,
        addedTo residual: Variable? = nil
    ) -> Variable {
        let (rows, input) = (x.value.rows, x.value.columns)
        let output = transposed ? weight.value.rows : weight.value.columns
        precondition(
            (transposed ? weight.value.columns : weight.value.rows) == input,
            "linear: x \(x.shape), weight \(weight.shape)")
        precondition(bias.map { $0.value.count == output } ?? true, "linear: bias \(bias!.shape) for width \(output)")
        precondition(
            residual.map { $0.value.rows == rows && $0.value.columns == output } ?? true,
            "linear: result [\(rows), \(output)] added to \(residual!.shape)")
        let flops = 2 * Double(rows) * Double(input) * Double(output)

        let y = arena.tensor(rows, output)
        Profile.measure("linear", operations: flops) {
            BLAS.multiply(
                Matrix(x.value), Matrix(weight.value, transposed: transposed), into: y, bias: bias?.value,
                addedTo: residual?.value, precision: precision)
        }
        return record(y, inputs: [x, weight] + [bias, residual].compactMap { $0 }) { [precision] dy in
            Profile.measure("add backward") { residual?.accumulate { addScaled(dy, 1, to: $0, beta: $1) } }
            Profile.measure("linear backward: input", operations: flops) {
                x.accumulate { dx, beta in
                    BLAS.multiply(
                        Matrix(dy), Matrix(weight.value, transposed: !transposed), into: dx, beta: beta,
                        precision: precision)
                }
            }
            Profile.measure("linear backward: weight", operations: flops) {
                weight.accumulate { dw, beta in
                    if transposed {
                        BLAS.multiply(
                            Matrix(dy, transposed: true), Matrix(x.value), into: dw, beta: beta, precision: precision)
                    } else {
                        BLAS.multiply(
                            Matrix(x.value, transposed: true), Matrix(dy), into: dw, beta: beta, precision: precision)
                    }
                }
            }
            Profile.measure("linear backward: bias") {
                bias?.accumulate { db, beta in columnSums(of: dy, into: db, beta: beta) }
            }
        }
    }

    /// y = a b, or a b^T with `transposeB`.
    ///
    /// a: [M, K]; b: [K, N] or, transposed, [N, K]; y: [M, N].
    ///
    /// Backward: da = dy b^T (dy b), db = a^T dy (dy^T a).
    public func matmul(_ a: Variable, _ b: Variable, transposeB: Bool = false) -> Variable {
        linear(a, weight: b, transposed: transposeB)
    }
}
