extension Tape {
    /// Causal self-attention in which groups of query heads share a head of keys and values (Ainslie et al. 2023), per
    /// sequence and query head h, with g = h / (H / G):
    ///
    ///     S = Q_h K_g^T / sqrt(W) on and below the diagonal,   A = softmax(S),   y_h = A V_g
    ///
    /// - Parameters:
    ///   - queries: [N, H W], heads side by side.
    ///   - keys: [N, G W].
    ///   - values: [N, G W].
    ///   - heads: H.
    ///   - keyValueHeads: G, which divides H.
    ///   - starts: B + 1 rows: sequence b is rows starts[b] ..< starts[b + 1].
    /// - Returns: [N, H W].
    ///
    /// Backward: that of `causalAttention`; the gradients of K_g and V_g are the sums over the heads of the group.
    public func groupedAttention(
        queries: Variable, keys: Variable, values: Variable, heads: Int, keyValueHeads: Int, starts: [Int]
    ) -> Variable {
        let operands = AttentionOperands(queries: queries.value, keys: keys.value, values: values.value)
        let layout = AttentionLayout(operands, heads: heads, keyValueHeads: keyValueHeads, starts: starts)
        let y = arena.tensor(layout.tokens, layout.width)
        let logSums = arena.tensor(heads, max(layout.tokens, 1))
        layout.forward(operands, y: y, logSums: logSums, arena: arena)
        let output = record(y, inputs: [queries, keys, values]) { [arena] dy in
            gradient(of: queries, arena) { dq, betaQuery in
                gradient(of: keys, arena) { dk, betaKey in
                    gradient(of: values, arena) { dv, betaValue in
                        layout.backward(
                            AttentionOperands(queries: queries.value, keys: keys.value, values: values.value),
                            y: y, dy: dy, logSums: logSums, arena: arena,
                            gradients: AttentionOperands(queries: dq, keys: dk, values: dv),
                            betas: (betaQuery, betaKey, betaValue))
                    }
                }
            }
        }
        if !output.requiresGradient { arena.recycle(logSums) }
        return output
    }
}

/// Hands the body the place of a variable's gradient; where nobody wants it, room that is given back afterwards, since
/// the three gradients of attention are computed together.
private func gradient(of variable: Variable, _ arena: Arena, _ write: (Tensor, Float) -> Void) {
    guard !variable.requiresGradient else { return variable.accumulate(write) }
    let unwanted = arena.tensor(variable.shape)
    write(unwanted, 0)
    arena.recycle(unwanted)
}
