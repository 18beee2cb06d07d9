import Serialization

/// What byte-pair encoding knows of a vocabulary: the token of each byte, what stands for a byte without one, and the
/// merges.
struct WordModel: Sendable {
    /// The token of each byte, or -1.
    let byteTokens: [Int32]
    let table: PairTable
    /// What stands for each byte that has no token: one token for each byte of its symbol's UTF-8 (`byte_fallback`).
    var fallbacks: [[Int32]?] = []
    /// The token of all other bytes; they are left out where there is none.
    var unknown: Int32?
    /// Whether several such bytes in a row are one token.
    var fusesUnknown = false
    /// Words that are tokens as they stand, whatever the merges say (`ignore_merges`).
    var wholeWords: [ExactString: Int32] = [:]

    /// Whether every byte has its token, as in GPT-2.
    private let isComplete: Bool

    init(byteTokens: [Int32], table: PairTable) {
        (self.byteTokens, self.table) = (byteTokens, table)
        isComplete = !byteTokens.contains(-1)
    }

    /// The token of a whole word, where it needs no merging.
    func wholeWord(_ word: UnsafeBufferPointer<UInt8>) -> Int32? {
        wholeWords.isEmpty ? nil : wholeWords[ExactString(ByteAlphabet.symbol(word))]
    }

    /// Appends the tokens that the word is merged from.
    func appendBytes(of word: UnsafeBufferPointer<UInt8>, to tokens: inout [Int32]) {
        if isComplete {
            for byte in word { tokens.append(byteTokens[Int(byte)]) }
            return
        }
        var unknowns = 0
        func flush() {
            if let unknown, unknowns > 0 { tokens.append(unknown) }
            unknowns = 0
        }
        for byte in word {
            let token = byteTokens[Int(byte)]
            if token >= 0 {
                flush()
                tokens.append(token)
            } else if let fallback = fallbacks.isEmpty ? nil : fallbacks[Int(byte)] {
                // An unknown token before these is written after them, as the reference implementation does it.
                tokens += fallback
            } else {
                if !fusesUnknown { flush() }
                unknowns += 1
            }
        }
        flush()
    }
}
