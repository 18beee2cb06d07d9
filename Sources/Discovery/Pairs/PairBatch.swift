import LanguageModels

/// Some pairs, packed. Clean and corrupted prompts lie in the same rows.
struct PairBatch: Sendable {
    let pairs: [PromptPair]
    let clean: PackedBatch
    let corrupted: PackedBatch

    init(_ pairs: [PromptPair]) {
        self.pairs = pairs
        clean = PackedBatch(pairs.map(\.clean))
        corrupted = PackedBatch(pairs.map(\.corrupted))
    }

    /// N, tokens of all clean prompts.
    var rows: Int { clean.tokens.count }

    /// Each prompt's last row.
    var lastRows: [Int32] { clean.starts.dropFirst().map { Int32($0 - 1) } }

    /// Several copies of the clean prompts, one after the other.
    func clean(copies: Int) -> PackedBatch {
        PackedBatch((0..<copies).flatMap { _ in pairs.map(\.clean) })
    }

    /// The last rows of the prompts of several copies.
    func lastRows(copies: Int) -> [Int32] {
        (0..<copies).flatMap { copy in lastRows.map { $0 + Int32(copy * rows) } }
    }

    /// All pairs in their order, in batches of at most so many rows, but at least one pair each. How many rows depends
    /// on nothing but the model, so that sums have the same order on every machine.
    static func batches(of pairs: [PromptPair], rows most: Int) -> [PairBatch] {
        var batches: [PairBatch] = []
        var (waiting, rows) = ([PromptPair](), 0)
        for pair in pairs {
            if !waiting.isEmpty, rows + pair.clean.count > most {
                batches.append(PairBatch(waiting))
                (waiting, rows) = ([], 0)
            }
            waiting.append(pair)
            rows += pair.clean.count
        }
        if !waiting.isEmpty { batches.append(PairBatch(waiting)) }
        return batches
    }
}
