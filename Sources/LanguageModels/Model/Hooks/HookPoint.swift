/// A place of the forward pass at which an activation can be read or replaced.
///
/// What a layer computes, with every place in it: `resid.i` is the stream before layer `i`, counted from 0.
///
///     z_h      = attention(a_i.h<q>, a_i.h<k>, a_i.h<v>)      a_i.h.z     for each head h
///     a_i.h    = z_h W_h                                                  what the head adds to the stream
///     middle   = resid.i + sum over h of a_i.h (+ bias)
///     m_i      = MLP(m_i<in>)                                             what the MLP adds to the stream
///     resid.i+1 = middle + m_i
///
/// The readers `<q>`, `<k>`, `<v>` read the stream `resid.i` and `<in>` reads `middle`, before the norm that comes
/// first in each of them. In a family whose MLP is beside attention (GPT-NeoX), `<in>` reads `resid.i` as well. The last
/// norm and the head read the last residual state.
///
/// Where groups of query heads share keys and values, each query head still has a reader for its keys and one for its
/// values: `h` always counts query heads.
public enum HookPoint: Hashable, Sendable {
    /// What a head makes of the stream that it reads.
    public enum Reader: String, Hashable, Sendable, CaseIterable {
        case query = "q"
        case key = "k"
        case value = "v"
    }

    /// The residual stream, [N, D]: state 0 is the output of the embedding, state `i` that of layer `i - 1`.
    case residual(Int)
    /// The stream as a head reads it for its queries, keys or values, [N, D], before the norm.
    case headInput(layer: Int, head: Int, Reader)
    /// What a head gathers before the output projection, [N, W]: the mean of values, weighted by attention.
    case headMix(layer: Int, head: Int)
    /// What a head adds to the stream, [N, D]. The projection's bias belongs to no head.
    case head(layer: Int, head: Int)
    /// The stream as an MLP reads it, [N, D], before the norm.
    case mlpInput(layer: Int)
    /// What an MLP adds to the stream, [N, D], its bias included.
    case mlp(layer: Int)

    /// The layer in which the point lies; nil for the stream between layers.
    public var layer: Int? {
        switch self {
        case .residual: nil
        case .headInput(let layer, _, _), .headMix(let layer, _), .head(let layer, _): layer
        case .mlpInput(let layer), .mlp(let layer): layer
        }
    }

    /// The query head that the point belongs to.
    public var head: Int? {
        switch self {
        case .headInput(_, let head, _), .headMix(_, let head), .head(_, let head): head
        case .residual, .mlpInput, .mlp: nil
        }
    }
}
