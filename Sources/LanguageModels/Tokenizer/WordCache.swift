import Foundation

/// Tokens of the words met before: nearly every word of a text is one of them.
final class WordCache {
    private struct Entry {
        var word: Range<Int32> = 0..<0
        var tokens: Range<Int32> = 0..<0
    }

    private static let slots = 1 << 16
    private static let longestWord = 64
    private var table = [Entry](repeating: Entry(), count: slots)
    private var words: [UInt8] = []
    private var tokens: [Int32] = []
    private var count = 0
    private var merger = WordMerger()

    /// Appends the tokens of a word.
    func encode(
        _ word: UnsafeBufferPointer<UInt8>, model: WordModel, into output: inout [Int32]
    ) {
        guard word.count <= Self.longestWord else {
            return merger.merge(word, model: model, into: &output)
        }
        var index = Self.hash(word) & (Self.slots - 1)
        while !table[index].word.isEmpty {
            if matches(table[index], word) {
                let range = table[index].tokens
                output.append(contentsOf: tokens[Int(range.lowerBound)..<Int(range.upperBound)])
                return
            }
            index = (index + 1) & (Self.slots - 1)
        }
        let start = output.count
        merger.merge(word, model: model, into: &output)
        if count >= Self.slots / 2 { return removeAll() }  // text without end must not fill memory
        let (firstByte, firstToken) = (Int32(words.count), Int32(tokens.count))
        words.append(contentsOf: word)
        tokens.append(contentsOf: output[start...])
        table[index] = Entry(word: firstByte..<Int32(words.count), tokens: firstToken..<Int32(tokens.count))
        count += 1
    }

    private func removeAll() {
        for index in table.indices { table[index] = Entry() }
        words.removeAll(keepingCapacity: true)
        tokens.removeAll(keepingCapacity: true)
        count = 0
    }

    private func matches(_ entry: Entry, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
        guard entry.word.count == word.count else { return false }
        let start = Int(entry.word.lowerBound)
        for offset in 0..<word.count where words[start + offset] != word[offset] { return false }
        return true
    }

    /// FNV-1a, with the high bits folded in.
    private static func hash(_ word: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in word { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }
}

/// Caches to be used by one thread at a time: taken for a text, given back after it.
final class WordCachePool: @unchecked Sendable {
    private var free: [WordCache] = []
    // Guards `free`. The thread sanitizer sees this lock, and not the standard library's Mutex.
    private let lock = NSLock()

    func withCache<Result>(_ body: (WordCache) -> Result) -> Result {
        let cache = lock.withLock { free.popLast() } ?? WordCache()
        defer { lock.withLock { free.append(cache) } }
        return body(cache)
    }
}
