import Basics
import HeapModule

extension Tokenizer {
    /// Learns a vocabulary: the pair of tokens that is most frequent within words becomes a token, again and again
    /// (Sennrich et al. 2016).
    ///
    /// In this order: the 256 bytes; every printable ASCII character with a space before it; the learned tokens; the
    /// end of text. Digits are never merged with each other, so that a number is read and written digit by digit.
    ///
    /// - Parameters:
    ///   - text: Texts, each cut into words by itself.
    ///   - vocabularySize: All tokens together; a text too short to give as many gives fewer.
    /// - Throws: `.usage` when the size leaves no room for what every vocabulary has.
    public static func train(on text: some Sequence<String>, vocabularySize: Int) throws(Failure) -> Tokenizer {
        let printable = UInt8(0x21)...UInt8(0x7E)
        let least = 256 + printable.count + 1
        guard vocabularySize >= least, vocabularySize < 1 << 24 else {
            throw Failure(.usage, "a vocabulary of \(vocabularySize) tokens cannot be: it has \(least) to 16,777,215")
        }
        var trainer = BytePairTrainer()
        for chunk in text { trainer.count(chunk) }
        trainer.prepare()
        let space = trainer.token(of: UInt8(ascii: " "))
        for byte in printable { trainer.merge(space, trainer.token(of: byte)) }
        while trainer.symbols.count < vocabularySize - 1, let (left, right) = trainer.mostFrequentPair() {
            trainer.merge(left, right)
        }
        let symbols = trainer.symbols.map { ByteAlphabet.symbol($0) }
        return try Tokenizer(
            symbols: symbols + [endOfTextSymbol], merges: trainer.merges.map { (symbols[Int($0)], symbols[Int($1)]) },
            specials: [endOfTextSymbol])
    }
}

/// Counts of pairs over the distinct words of a text, kept up to date as pairs are merged.
private struct BytePairTrainer {
    private struct Word {
        var tokens: [Int32]
        let count: Int
    }

    private struct Candidate: Comparable {
        let count: Int
        let pair: UInt64
        /// More frequent is greater; among equals the pair of lower numbers, so that the result is defined.
        static func < (left: Candidate, right: Candidate) -> Bool {
            left.count != right.count ? left.count < right.count : left.pair > right.pair
        }
    }

    /// The bytes of each token.
    private(set) var symbols: [[UInt8]] = ByteAlphabet.order.map { [$0] }
    private(set) var merges: [(Int32, Int32)] = []
    /// Tokens of more than one byte.
    private var known: [[UInt8]: Int32] = [:]
    private var frequencies: [[UInt8]: Int] = [:]
    private var words: [Word] = []
    private var pairCounts: [UInt64: Int] = [:]
    /// Words in which a pair has occurred; it may have gone since.
    private var places: [UInt64: Set<Int32>] = [:]
    private var heap = Heap<Candidate>()

    func token(of byte: UInt8) -> Int32 { Int32(ByteAlphabet.order.firstIndex(of: byte) ?? 0) }

    mutating func count(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            PreTokenizer(bytes).forEachWord { range in
                frequencies[Array(bytes[range]), default: 0] += 1
            }
        }
    }

    mutating func prepare() {
        let numbers = (UInt8.min...UInt8.max).map(token(of:))
        // Sorted, because a dictionary's order changes from run to run.
        let sorted = frequencies.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        for (index, (word, count)) in sorted.enumerated() {
            words.append(Word(tokens: word.map { numbers[Int($0)] }, count: count))
            for (left, right) in zip(words[index].tokens, words[index].tokens.dropFirst()) {
                add(count, to: PairTable.key(left, right), word: Int32(index))
            }
        }
        frequencies = [:]
        for (pair, count) in pairCounts { heap.insert(Candidate(count: count, pair: pair)) }
    }

    private mutating func add(_ count: Int, to pair: UInt64, word: Int32) {
        pairCounts[pair, default: 0] += count
        if count > 0 { places[pair, default: []].insert(word) }
    }

    /// The most frequent pair that may be merged; nil when none occurs twice.
    mutating func mostFrequentPair() -> (Int32, Int32)? {
        while let candidate = heap.popMax() {
            guard candidate.count == pairCounts[candidate.pair] else { continue }  // out of date
            guard candidate.count >= 2 else { return nil }
            let (left, right) = Self.parts(candidate.pair)
            if !(holdsDigit(left) && holdsDigit(right)) { return (left, right) }
        }
        return nil
    }

    private func holdsDigit(_ token: Int32) -> Bool {
        symbols[Int(token)].contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func parts(_ pair: UInt64) -> (Int32, Int32) {
        (Int32(truncatingIfNeeded: pair >> 32), Int32(truncatingIfNeeded: pair))
    }

    /// Makes a pair a token and replaces it in every word.
    mutating func merge(_ left: Int32, _ right: Int32) {
        let bytes = symbols[Int(left)] + symbols[Int(right)]
        // Two pairs can make the same text (`a` `bc` and `ab` `c`): one token, two merges.
        let merged = known[bytes] ?? Int32(symbols.count)
        if merged == symbols.count {
            symbols.append(bytes)
            known[bytes] = merged
        }
        merges.append((left, right))
        let pair = PairTable.key(left, right)
        var changed: Set<UInt64> = []
        for index in places.removeValue(forKey: pair) ?? [] {
            let word = words[Int(index)]
            let old = word.tokens
            var new: [Int32] = []
            var position = 0
            while position < old.count {
                if position + 1 < old.count, old[position] == left, old[position + 1] == right {
                    new.append(merged)
                    position += 2
                } else {
                    new.append(old[position])
                    position += 1
                }
            }
            guard new.count < old.count else { continue }
            for (tokens, count) in [(old, -word.count), (new, word.count)] {
                for (left, right) in zip(tokens, tokens.dropFirst()) {
                    let key = PairTable.key(left, right)
                    add(count, to: key, word: index)
                    changed.insert(key)
                }
            }
            words[Int(index)].tokens = new
        }
        pairCounts[pair] = nil
        for key in changed where key != pair {
            if let count = pairCounts[key], count > 0 {
                heap.insert(Candidate(count: count, pair: key))
            } else {
                pairCounts[key] = nil
            }
        }
    }
}
