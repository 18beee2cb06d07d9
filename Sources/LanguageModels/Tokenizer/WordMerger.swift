import HeapModule

/// Merges the bytes of one word: while there is a pair with a merge, the one of lowest rank, leftmost among equals,
/// becomes one token (Sennrich et al. 2016).
///
/// A heap of candidates over a linked list of tokens: O(n log n), so that a word of a megabyte is no trap.
struct WordMerger {
    private struct Candidate: Comparable {
        /// Rank, then position.
        let order: UInt64
        let merged: Int32
        static func < (left: Candidate, right: Candidate) -> Bool { left.order < right.order }
    }

    private var heap = Heap<Candidate>()
    private var tokens: [Int32] = []
    private var next: [Int32] = []
    private var previous: [Int32] = []

    /// Appends the word's tokens. The word has fewer than 2^31 bytes.
    mutating func merge(
        _ word: UnsafeBufferPointer<UInt8>, model: WordModel, into output: inout [Int32]
    ) {
        if let token = model.wholeWord(word) { return output.append(token) }
        tokens.removeAll(keepingCapacity: true)
        model.appendUnits(of: word, to: &tokens)
        let count = tokens.count
        let table = model.table
        guard count > 1 else { return output.append(contentsOf: tokens) }
        next = (0..<Int32(count)).map { $0 + 1 }
        previous = (0..<Int32(count)).map { $0 - 1 }
        for position in 0..<count - 1 { push(position, table) }

        let removed: Int32 = -1
        while let candidate = heap.popMin() {
            let position = Int(UInt32(truncatingIfNeeded: candidate.order))
            let right = Int(next[position])
            // Out of date: one of the two tokens has been merged with another since.
            guard tokens[position] != removed, right < count,
                let merge = table[tokens[position], tokens[right]], merge.token == candidate.merged
            else { continue }
            tokens[position] = merge.token
            tokens[right] = removed
            next[position] = next[right]
            if Int(next[right]) < count { previous[Int(next[right])] = Int32(position) }
            push(position, table)
            if previous[position] >= 0 { push(Int(previous[position]), table) }
        }
        for token in tokens where token != removed { output.append(token) }
    }

    /// Makes the pair that starts here a candidate, if it has a merge.
    private mutating func push(_ position: Int, _ table: PairTable) {
        let right = Int(next[position])
        guard right < tokens.count, let merge = table[tokens[position], tokens[right]] else { return }
        heap.insert(
            Candidate(order: UInt64(UInt32(bitPattern: merge.rank)) << 32 | UInt64(position), merged: merge.token))
    }
}
