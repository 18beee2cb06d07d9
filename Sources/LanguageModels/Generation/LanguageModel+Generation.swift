import Basics
import Synchronization
import TensorCore

extension LanguageModel {
    /// Continues prompts of any lengths, batched without padding, with a key-value cache.
    ///
    /// - Parameters:
    ///   - prompts: None empty, none longer than the context.
    ///   - maxNewTokens: At most so many tokens a prompt; fewer where the context of the model is full.
    ///   - sampling: How the next token is chosen.
    ///   - precision: The format in which matrix products are computed.
    ///   - stop: Generation of a text ends with this token, which is not part of the result.
    ///   - isCancelled: Asked before every token.
    /// - Returns: The new tokens of each prompt.
    /// - Throws: `.badData` for a prompt that is empty, too long, or has tokens the model does not know;
    ///   `CancellationError`.
    public func generate(
        prompts: [[Int32]], maxNewTokens: Int, sampling: Sampling = .greedy, precision: NumberFormat = .fp32,
        stop: Int32? = nil,
        isCancelled: () -> Bool = { false }
    ) throws -> [[Int32]] {
        for (index, prompt) in prompts.enumerated() { try check(prompt, index) }
        var results = [[Int32]](repeating: [], count: prompts.count)
        guard maxNewTokens > 0 else { return results }
        let rooms = (0..<(runsPassesSideBySide ? Parallel.threads : 1)).map { _ in GenerationRoom(self, precision) }
        let asking = Mutex(())
        var start = 0
        while start < prompts.count {
            let end = endOfGroup(from: start, prompts, maxNewTokens)
            let groups = rooms.indices.map { place in
                let part = Parallel.range(of: place, pieces: rooms.count, count: end - start)
                let first = start + part.lowerBound
                return GenerationGroup(
                    self, Array(prompts[first..<(first + part.count)]), maxNewTokens, sampling, rooms[place],
                    firstIndex: first)
            }.filter { !$0.results.isEmpty }
            Parallel.each(groups.count) { place in
                groups[place].run(stop: stop) { asking.withLock { _ in isCancelled() } }
            }
            if groups.contains(where: \.wasCancelled) { throw CancellationError() }
            for group in groups {
                for (offset, tokens) in group.results.enumerated() { results[group.firstIndex + offset] = tokens }
            }
            start = end
        }
        return results
    }

    private func check(_ prompt: [Int32], _ index: Int) throws(Failure) {
        guard !prompt.isEmpty else { throw Failure(.badData, "prompt \(index + 1) is empty: it has no tokens") }
        guard prompt.count <= configuration.contextLength else {
            throw Failure(
                .badData,
                "prompt \(index + 1) has \(prompt.count) tokens, and the model's context \(configuration.contextLength)"
            )
        }
        for token in prompt where token < 0 || Int(token) >= configuration.vocabularySize {
            throw Failure(
                .badData,
                "prompt \(index + 1) has token \(token), outside the vocabulary of \(configuration.vocabularySize)")
        }
    }

    /// Tokens the last one of a text may see: as many as there will be.
    func capacity(for prompt: [Int32], _ maxNewTokens: Int) -> Int {
        prompt.count + min(maxNewTokens - 1, configuration.contextLength - prompt.count)
    }

    /// As many prompts as fit into 16,384 tokens and a cache of 1 GiB, or of the size of the weights, at least one:
    /// each new token of a group reads all weights, so a cache that is small beside them would waste that.
    private func endOfGroup(from start: Int, _ prompts: [[Int32]], _ maxNewTokens: Int) -> Int {
        let bytesPerToken = configuration.layers * 2 * configuration.keyWidth * MemoryLayout<Float>.stride
        let budget = min(max(1 << 30, 4 * configuration.parameterCount) / bytesPerToken, 16_384)
        var (end, tokens) = (start, 0)
        while end < prompts.count {
            tokens += capacity(for: prompts[end], maxNewTokens)
            if end > start, tokens > budget { break }
            end += 1
        }
        return end
    }
}

/// What groups of prompts use one after the other.
private struct GenerationRoom {
    let precision: NumberFormat
    let cache: KeyValueCache
    let arena = Arena()

    init(_ model: any LanguageModel, _ precision: NumberFormat) {
        self.precision = precision
        // Keys and values are operands of products like others.
        let configuration = model.configuration
        cache = KeyValueCache(
            layers: configuration.layers, width: configuration.keyWidth,
            format: configuration.headWidth % 16 == 0 ? precision : .fp32)
    }
}

/// Prompts that are continued together.
private final class GenerationGroup {
    private let model: any LanguageModel
    private let prompts: [[Int32]]
    private let maxNewTokens: Int
    private let precision: NumberFormat
    private let cache: KeyValueCache
    private let arena: Arena
    private var samplers: [TokenSampler] = []
    /// Of the first prompt among all that are continued.
    let firstIndex: Int
    private(set) var wasCancelled = false
    private(set) var results: [[Int32]]

    init(
        _ model: any LanguageModel, _ prompts: [[Int32]], _ maxNewTokens: Int, _ sampling: Sampling,
        _ room: GenerationRoom, firstIndex: Int
    ) {
        self.model = model
        self.prompts = prompts
        self.maxNewTokens = maxNewTokens
        self.firstIndex = firstIndex
        (precision, cache, arena) = (room.precision, room.cache, room.arena)
        cache.reset(capacities: prompts.map { model.capacity(for: $0, maxNewTokens) })
        results = [[Int32]](repeating: [], count: prompts.count)
        if case .sampled(let temperature, let topK, let seed) = sampling {
            samplers = prompts.indices.map {
                TokenSampler(temperature: temperature, topK: topK, seed: seed, prompt: firstIndex + $0)
            }
        }
    }

    /// Continues the prompts, until it is cancelled.
    func run(stop: Int32?, isCancelled: () -> Bool) {
        var active = Array(prompts.indices)
        guard var next = read(isCancelled) else { return }
        while true {
            var batch = PackedBatch()
            var remaining: [Int] = []
            for (slot, token) in zip(active, next) where token != stop {
                results[slot].append(token)
                // The newest token has to be seen to go on, which takes a place in the context.
                guard results[slot].count < maxNewTokens, cache.lengths[slot] < cache.capacities[slot] else { continue }
                batch.append(CollectionOfOne(token), firstPosition: cache.lengths[slot])
                remaining.append(slot)
            }
            active = remaining
            if active.isEmpty { return }
            wasCancelled = isCancelled()
            if wasCancelled { return }
            next = step(batch, slots: active)
        }
    }

    /// Feeds the prompts, about 4,096 tokens at a time for the sake of the activations' room, and chooses what follows
    /// each; nil where it is cancelled.
    private func read(_ isCancelled: () -> Bool) -> [Int32]? {
        var next: [Int32] = []
        while next.count < prompts.count {
            wasCancelled = isCancelled()
            if wasCancelled { return nil }
            var batch = PackedBatch()
            var end = next.count
            while end < prompts.count, batch.tokens.count < 4_096 {
                batch.append(prompts[end])
                end += 1
            }
            next += step(batch, slots: Array(next.count..<end))
        }
        return next
    }

    /// Feeds the newest tokens of some texts, and chooses the next one of each.
    private func step(_ batch: PackedBatch, slots: [Int]) -> [Int32] {
        arena.reset()
        let tape = Tape(arena: arena, recording: false, precision: precision)
        let pass = ForwardPass(batch, cache: cache, slots: slots)
        var x = model.embed(tape, pass)
        // Of the last layer only the newest token of each text is wanted.
        let newest = batch.starts.dropFirst().map { Int32($0 - 1) }
        let keeps = batch.tokens.count > batch.count
        let layers = model.configuration.layers
        for layer in 0..<layers {
            x = model.apply(
                layer, tape, x, pass, discardingInput: true, keeping: keeps && layer == layers - 1 ? newest : nil)
        }
        cache.advance(slots: slots, by: (0..<batch.count).map { batch.rows($0).count })
        return choose(model.normalize(tape, x).value, slots: slots)
    }

    private func choose(_ hidden: Tensor, slots: [Int]) -> [Int32] {
        let head = model.head.value
        if samplers.isEmpty { return HeadReadout.argmax(hidden, head: head, arena: arena, precision: precision) }
        var tokens: [Int32] = []
        for chunk in stride(from: 0, to: slots.count, by: 64) {
            let rows = chunk..<min(chunk + 64, slots.count)
            let logits = HeadReadout.logits(hidden.rows(rows), head: head, arena: arena, precision: precision)
            for row in rows {
                let values = UnsafeBufferPointer(start: logits.row(row - chunk), count: head.rows)
                tokens.append(samplers[slots[row]].draw(values))
            }
            arena.recycle(logits)
        }
        return tokens
    }
}
