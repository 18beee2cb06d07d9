import TensorCore

/// What all layers of one forward pass share: the batch, and where keys and values of earlier tokens are.
public final class ForwardPass {
    public let batch: PackedBatch
    private let cached: (cache: KeyValueCache, slots: [Int])?
    /// The rotary angles computed last, and for what.
    private var rotary: (frequencies: RotaryFrequencies, angles: RotaryAngles)?

    /// A pass over whole sequences.
    public init(_ batch: PackedBatch) { (self.batch, cached) = (batch, nil) }

    /// A pass over the newest tokens of the sequences in these slots of a cache; inference only.
    public init(_ batch: PackedBatch, cache: KeyValueCache, slots: [Int]) {
        (self.batch, cached) = (batch, (cache, slots))
    }

    /// Causal attention from fused queries, keys and values, [N, 3D].
    func attention(_ tape: Tape, _ qkv: Variable, heads: Int, layer: Int) -> Variable {
        guard let (cache, slots) = cached else { return tape.causalAttention(qkv, heads: heads, starts: batch.starts) }
        return tape.cachedAttention(qkv, heads: heads, starts: batch.starts, cache: cache, layer: layer, slots: slots)
    }

    /// Causal attention in which groups of query heads share a head of keys and values.
    func attention(
        _ tape: Tape, queries: Variable, keys: Variable, values: Variable, heads: Int, keyValueHeads: Int, layer: Int
    ) -> Variable {
        guard let (cache, slots) = cached else {
            return tape.groupedAttention(
                queries: queries, keys: keys, values: values, heads: heads, keyValueHeads: keyValueHeads,
                starts: batch.starts)
        }
        return tape.cachedAttention(
            queries: queries, keys: keys, values: values, heads: heads, keyValueHeads: keyValueHeads,
            starts: batch.starts, cache: cache, layer: layer, slots: slots)
    }

    /// The angles of rotary positions. They are computed once for all layers that ask for the same ones in a row.
    func rotaryAngles(_ frequencies: RotaryFrequencies) -> RotaryAngles {
        if let rotary, rotary.frequencies == frequencies { return rotary.angles }
        let angles = RotaryAngles(positions: batch.positions, frequencies: frequencies)
        rotary = (frequencies, angles)
        return angles
    }
}
