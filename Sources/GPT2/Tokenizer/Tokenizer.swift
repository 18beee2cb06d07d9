import Serialization

/// Byte-level byte-pair encoding, as GPT-2 has it: any text becomes tokens, and tokens become that text again.
///
/// Equal to the Hugging Face tokenizer of the same files on every text. A token has three faces: its number; its
/// *symbol*, the visible form in the vocabulary (`Ġcat`); and its *piece*, the text it stands for (` cat`).
public final class Tokenizer: Sendable {
    /// The name GPT-2 gives its one special token.
    public static let endOfTextSymbol = "<|endoftext|>"

    /// Symbols by token number.
    public let symbols: [String]
    /// The pairs of tokens that are merged, in order of rank.
    let mergeList: [(left: Int32, right: Int32)]
    /// Tokens that text is searched for before anything else.
    let specials: [Int32]

    private let ids: [String: Int32]
    private let tokenBytes: [[UInt8]]
    private let byteTokens: [Int32]
    private let table: PairTable
    /// The special tokens' bytes, longest first, and the bytes they start with.
    private let specialPatterns: [(token: Int32, bytes: [UInt8])]
    private let specialStarts: [Bool]
    private let caches = WordCachePool()

    /// - Parameters:
    ///   - symbols: The vocabulary by token number; it holds the 256 bytes.
    ///   - merges: Pairs of symbols in order of rank; each and its result are in the vocabulary.
    ///   - specials: Symbols that are found whole in text, and never made of bytes.
    /// - Throws: `.badData` naming the symbol that breaks a rule.
    public init(symbols: [String], merges: [(String, String)], specials: [String]) throws(Failure) {
        guard symbols.count < Int(Int32.max) else { throw Failure(.badData, "the vocabulary is too large") }
        var ids: [String: Int32] = [:]
        ids.reserveCapacity(symbols.count)
        for (id, symbol) in symbols.enumerated() {
            guard ids.updateValue(Int32(id), forKey: symbol) == nil else {
                throw Failure(.badData, "the vocabulary has \(quoted(symbol)) twice")
            }
        }
        func id(_ symbol: String, _ role: String) throws(Failure) -> Int32 {
            guard let id = ids[symbol] else {
                throw Failure(.badData, "the vocabulary has no token \(quoted(symbol)), which is \(role)")
            }
            return id
        }
        var byteTokens: [Int32] = []
        for byte in UInt8.min...UInt8.max {
            byteTokens.append(try id(ByteAlphabet.symbol([byte]), "needed for the byte \(byte)"))
        }
        var table = PairTable(capacity: merges.count)
        var mergeList: [(left: Int32, right: Int32)] = []
        mergeList.reserveCapacity(merges.count)
        for (rank, merge) in merges.enumerated() {
            let left = try id(merge.0, "part of the merge on line \(rank + 1)")
            let right = try id(merge.1, "part of the merge on line \(rank + 1)")
            let token = try id(merge.0 + merge.1, "the result of the merge on line \(rank + 1)")
            table.set(left, right, PairTable.Merge(rank: Int32(rank), token: token))
            mergeList.append((left, right))
        }
        var specialIDs: [Int32] = []
        for special in specials where !special.isEmpty { specialIDs.append(try id(special, "special")) }
        specialPatterns = specialIDs.map { ($0, Array(symbols[Int($0)].utf8)) }.sorted { $0.1.count > $1.1.count }
        var starts = [Bool](repeating: false, count: 256)
        for (_, pattern) in specialPatterns { if let first = pattern.first { starts[Int(first)] = true } }
        specialStarts = starts
        self.symbols = symbols
        self.mergeList = mergeList
        self.specials = specialIDs
        self.ids = ids
        self.byteTokens = byteTokens
        self.table = table
        tokenBytes = symbols.map(ByteAlphabet.bytes)
    }

    /// Size of the vocabulary.
    public var count: Int { symbols.count }

    /// The token that ends a text, if the vocabulary has it.
    public var endOfText: Int32? { ids[Self.endOfTextSymbol] }

    /// The token with this symbol (` cat` is `Ġcat`).
    public func token(symbol: String) -> Int32? { ids[symbol] }

    /// The token that stands for exactly this text, if there is one.
    public func token(piece: String) -> Int32? { ids[ByteAlphabet.symbol(piece.utf8)] }

    /// The bytes a token stands for; none for a number outside the vocabulary.
    public func bytes(_ token: Int32) -> [UInt8] {
        token >= 0 && Int(token) < count ? tokenBytes[Int(token)] : []
    }

    /// The text a token stands for. Bytes that are no character by themselves appear as U+FFFD.
    public func piece(_ token: Int32) -> String { String(decoding: bytes(token), as: UTF8.self) }

    /// The text of tokens. Numbers outside the vocabulary are left out, broken UTF-8 becomes U+FFFD.
    public func decode(_ tokens: some Sequence<Int32>) -> String {
        var bytes: [UInt8] = []
        for token in tokens where token >= 0 && Int(token) < count { bytes += tokenBytes[Int(token)] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The tokens of a text.
    ///
    /// - Parameter findingSpecials: Whether `<|endoftext|>` in the text is the special token, as with Hugging Face,
    ///   or twelve characters like others.
    public func encode(_ text: String, findingSpecials: Bool = true) -> [Int32] {
        var text = text
        return text.withUTF8 { bytes in
            caches.withCache { cache in
                var output: [Int32] = []
                var start = 0
                while findingSpecials, let special = nextSpecial(in: bytes, from: start) {
                    encodeWords(UnsafeBufferPointer(rebasing: bytes[start..<special.range.lowerBound]), cache, &output)
                    output.append(special.token)
                    start = special.range.upperBound
                }
                encodeWords(UnsafeBufferPointer(rebasing: bytes[start...]), cache, &output)
                return output
            }
        }
    }

    private func encodeWords(_ bytes: UnsafeBufferPointer<UInt8>, _ cache: WordCache, _ output: inout [Int32]) {
        PreTokenizer(bytes).forEachWord { range in
            cache.encode(
                UnsafeBufferPointer(rebasing: bytes[range]), byteTokens: byteTokens, table: table, into: &output)
        }
    }

    /// The first special token of a text, the longest where several start at one place. One pass over the bytes.
    private func nextSpecial(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> (token: Int32, range: Range<Int>)? {
        guard !specialPatterns.isEmpty else { return nil }
        for index in start..<bytes.count where specialStarts[Int(bytes[index])] {
            for (token, pattern) in specialPatterns where pattern.count <= bytes.count - index {
                if pattern.indices.allSatisfy({ bytes[index + $0] == pattern[$0] }) {
                    return (token, index..<index + pattern.count)
                }
            }
        }
        return nil
    }
}
