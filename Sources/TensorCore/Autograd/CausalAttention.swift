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
        let operands = AttentionOperands(fused: qkv.value)
        let layout = AttentionLayout(operands, heads: heads, keyValueHeads: heads, starts: starts)
        let y = arena.tensor(layout.tokens, layout.width)
        let logSums = arena.tensor(heads, max(layout.tokens, 1))
        layout.forward(operands, y: y, logSums: logSums, arena: arena)
        let output = record(y, inputs: [qkv]) { [arena] dy in
            qkv.accumulate { dqkv, beta in
                layout.backward(
                    AttentionOperands(fused: qkv.value), y: y, dy: dy, logSums: logSums, arena: arena,
                    gradients: AttentionOperands(fused: dqkv), betas: (beta, beta, beta))
            }
        }
        if !output.requiresGradient { arena.recycle(logSums) }
        return output
    }
}
