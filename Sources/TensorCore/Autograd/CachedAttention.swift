import CKernels

/// Keys and values of the tokens seen so far, for generation: one slot a sequence, for every layer.
///
/// A step: `cachedAttention` for each layer with the newest tokens of some slots, then `advance` once.
public final class KeyValueCache {
    public let layers: Int
    /// Numbers of one token's keys in a layer: heads of keys times their width.
    public let width: Int
    /// Tokens each slot can hold.
    public private(set) var capacities: [Int] = []
    /// Tokens each slot holds.
    public private(set) var lengths: [Int] = []
    /// How the numbers are kept. bf16 takes half the memory, and half the time to read.
    public let format: NumberFormat
    private var offsets: [Int] = []
    private var total = 0
    private var rows = Rows.none

    private enum Rows {
        case none
        case fp32(Storage)
        case bf16(HalfStorage)

        var capacity: Int {
            switch self {
            case .none: 0
            case .fp32(let storage): storage.capacity
            case .bf16(let storage): storage.count
            }
        }
    }

    /// A cache without slots; `reset` makes some.
    public init(layers: Int, width: Int, format: NumberFormat = .fp32) {
        self.layers = layers
        self.width = width
        self.format = format
    }

    /// Empty slots in place of those there were, in the same room where that suffices: asking the system for fresh
    /// pages takes longer than filling them.
    public func reset(capacities: [Int]) {
        self.capacities = capacities
        lengths = [Int](repeating: 0, count: capacities.count)
        offsets = []
        total = 0
        for capacity in capacities {
            offsets.append(total)
            total += capacity
        }
        let count = layers * 2 * total * width
        guard count > rows.capacity else { return }
        rows = .none  // before the new room is asked for
        rows = format == .bf16 ? .bf16(HalfStorage(count: count)) : .fp32(Storage(capacity: count))
    }

    /// Counts the tokens whose keys and values every layer has stored in this step.
    public func advance(slots: [Int], by counts: [Int]) {
        precondition(slots.count == counts.count)
        for (slot, count) in zip(slots, counts) {
            precondition(count >= 0 && lengths[slot] + count <= capacities[slot], "slot \(slot) is full")
            lengths[slot] += count
        }
    }

    /// Takes over what one head has of the key and the value of a token.
    fileprivate func store(
        _ key: UnsafePointer<Float>, _ value: UnsafePointer<Float>, columns: Range<Int>, layer: Int, slot: Int,
        at token: Int
    ) {
        for (source, row) in [(key, keyRow(layer, slot) + token), (value, valueRow(layer, slot) + token)] {
            let target = row * width + columns.lowerBound
            switch format {
            case .fp32: (singles + target).update(from: source, count: columns.count)
            case .bf16: kernel_to_bf16(columns.count, source, halves + target)
            }
        }
    }

    /// The first row of a slot's keys (or values) in a layer; rows are `width` numbers.
    fileprivate func keyRow(_ layer: Int, _ slot: Int) -> Int { layer * 2 * total + offsets[slot] }
    fileprivate func valueRow(_ layer: Int, _ slot: Int) -> Int { (layer * 2 + 1) * total + offsets[slot] }
    fileprivate var singles: UnsafeMutablePointer<Float> {
        guard case .fp32(let storage) = rows else { preconditionFailure("keys and values are in \(format)") }
        return storage.pointer
    }
    fileprivate var halves: UnsafeMutablePointer<UInt16> {
        guard case .bf16(let storage) = rows else { preconditionFailure("keys and values are in \(format)") }
        return storage.pointer
    }
}

extension Tape {
    /// Causal attention of the newest tokens of each sequence to all of its tokens; inference only.
    ///
    /// - Parameters:
    ///   - qkv: [N, 3D], the newest tokens' queries, keys and values, packed by sequence.
    ///   - heads: H, which divides D.
    ///   - starts: B + 1 rows, as for `causalAttention`.
    ///   - cache: the keys and values of earlier tokens.
    ///   - layer: the layer of the model, from 0, whose keys and values these are.
    ///   - slots: B slots of the cache, all different.
    /// - Returns: [N, D]. The keys and values are now in the cache; `advance` counts them after the last layer.
    public func cachedAttention(
        _ qkv: Variable, heads: Int, starts: [Int], cache: KeyValueCache, layer: Int, slots: [Int]
    ) -> Variable {
        let operands = AttentionOperands(fused: qkv.value)
        return cachedAttention(operands, heads, keyValueHeads: heads, starts, cache, layer: layer, slots: slots)
    }

    /// The same where groups of query heads share a head of keys and values, as in `groupedAttention`.
    ///
    /// queries: [N, H W]; keys and values: [N, G W], the cache's width; the result: [N, H W].
    public func cachedAttention(
        queries: Variable, keys: Variable, values: Variable, heads: Int, keyValueHeads: Int, starts: [Int],
        cache: KeyValueCache, layer: Int, slots: [Int]
    ) -> Variable {
        let operands = AttentionOperands(queries: queries.value, keys: keys.value, values: values.value)
        return cachedAttention(operands, heads, keyValueHeads: keyValueHeads, starts, cache, layer: layer, slots: slots)
    }

    private func cachedAttention(
        _ operands: AttentionOperands, _ heads: Int, keyValueHeads: Int, _ starts: [Int], _ cache: KeyValueCache,
        layer: Int, slots: [Int]
    ) -> Variable {
        precondition(!isRecording, "cachedAttention has no backward pass")
        let layout = AttentionLayout(operands, heads: heads, keyValueHeads: keyValueHeads, starts: starts)
        precondition(operands.keyWidth == cache.width, "keys of \(operands.keyWidth) columns, cached \(cache.width)")
        precondition(slots.count == starts.count - 1, "one slot a sequence")
        precondition(cache.format == .fp32 || layout.hasKernel, "keys in bf16 need heads of a multiple of 16")
        let y = arena.tensor(layout.tokens, layout.width)

        var room = 0
        for (index, slot) in slots.enumerated() {
            let (old, new) = (cache.lengths[slot], starts[index + 1] - starts[index])
            precondition(old + new <= cache.capacities[slot], "slot \(slot) holds \(cache.capacities[slot]) tokens")
            let isWhole = old == 0 && new > 1 && layout.hasKernel
            room = max(room, isWhole ? layout.forwardScratch : new * (old + new))
        }

        Profile.measure("cached attention") {
            // The heads of a group read the keys and values that are stored for it, so they stay with one worker.
            let units = slots.count * keyValueHeads
            let workers = Parallel.pieces(units)
            let scratch = arena.tensor(workers, Storage.padded(max(room, 1) + 16))
            Parallel.each(workers) { worker in
                for unit in Parallel.range(of: worker, pieces: workers, count: units) {
                    let (index, group) = (unit / keyValueHeads, unit % keyValueHeads)
                    let rows = starts[index]..<starts[index + 1]
                    guard !rows.isEmpty else { continue }
                    let place = CachePlace(cache: cache, layer: layer, slot: slots[index], group: group, layout: layout)
                    place.store(operands, rows: rows)
                    for head in layout.heads(ofGroup: group) {
                        place.attend(operands, rows: rows, head: head, scores: scratch.row(worker), y: y.pointer)
                    }
                }
            }
            arena.recycle(scratch)
        }
        return constant(y)
    }
}

/// One head of keys and values of one slot in a layer of the cache.
private struct CachePlace {
    let cache: KeyValueCache
    let layer: Int
    let slot: Int
    let group: Int
    let layout: AttentionLayout
    private var width: Int { layout.headWidth }
    /// Tokens that were there before this step.
    private var old: Int { cache.lengths[slot] }
    /// The column at which the head's numbers begin in a row.
    private var column: Int { group * width }

    func store(_ operands: AttentionOperands, rows: Range<Int>) {
        for row in rows {
            let source = row * operands.keyStride + column
            cache.store(
                operands.keys + source, operands.values + source, columns: column..<column + width, layer: layer,
                slot: slot, at: old + row - rows.lowerBound)
        }
    }

    /// One query head of the newest tokens against all of the slot's, these among them.
    func attend(
        _ operands: AttentionOperands, rows: Range<Int>, head: Int, scores: UnsafeMutablePointer<Float>,
        y: UnsafeMutablePointer<Float>
    ) {
        if old == 0, rows.count > 1, layout.hasKernel {  // a prompt: nothing is read from the cache
            layout.forward(operands, rows: rows, head: head, scores: scores, logSums: nil, y: y)
            return
        }
        let seen = old + rows.count
        let key = cache.keyRow(layer, slot) * cache.width + column
        let value = cache.valueRow(layer, slot) * cache.width + column
        let query = operands.queries + rows.lowerBound * operands.queryStride + head * width
        let target = y + rows.lowerBound * layout.width + head * width
        if cache.format == .bf16 {
            for row in 0..<rows.count {
                kernel_attention_query_bf16(
                    old + row + 1, width, query + row * operands.queryStride, cache.halves + key, cache.halves + value,
                    cache.width, layout.scale, target + row * layout.width, scores)
            }
        } else if rows.count == 1, layout.hasKernel {
            kernel_attention_query(
                seen, width, query, cache.singles + key, cache.singles + value, cache.width, layout.scale, target,
                scores)
        } else {
            let keys = Matrix(cache.singles + key, rows: seen, columns: width, stride: cache.width)
            let values = Matrix(cache.singles + value, rows: seen, columns: width, stride: cache.width)
            BLAS.serialMultiply(
                Matrix(query, rows: rows.count, columns: width, stride: operands.queryStride), keys.transpose,
                into: scores, stride: seen)
            kernel_causal_softmax(rows.count, seen, old, layout.scale, scores, seen, nil)
            BLAS.serialMultiply(
                Matrix(scores, rows: rows.count, columns: seen), values, into: target, stride: layout.width)
        }
    }
}
