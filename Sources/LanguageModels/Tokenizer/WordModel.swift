import Basics

/// What byte-pair encoding knows of a vocabulary: the tokens that a word begins as, one for each byte or for each
/// character, what stands for those without one, and the merges.
struct WordModel: Sendable {
    /// What a word is made of before anything is merged.
    private enum Units: Sendable {
        /// The token of each byte, or -1; and one token for each byte of its symbol's UTF-8 where it has none
        /// (`byte_fallback`).
        case bytes([Int32], fallbacks: [[Int32]?])
        /// The token of each character, and of each byte of those that have none.
        case characters([UInt32: Int32], fallbacks: [Int32?])
    }

    private let units: Units
    let table: PairTable
    /// The token of all others; they are left out where there is none.
    var unknown: Int32?
    /// Whether several such in a row are one token.
    var fusesUnknown = false
    /// Words that are tokens as they stand, whatever the merges say (`ignore_merges`).
    var wholeWords: [ExactString: Int32] = [:]
    private let isByteLevel: Bool

    /// Whether every byte has its token, as in GPT-2.
    let isComplete: Bool

    /// - Throws: `.badData` where the vocabulary has nothing that a word could begin as.
    init(
        _ description: TokenizerDescription, _ ids: [ExactString: Int32], table: PairTable
    ) throws(Failure) {
        self.table = table
        isByteLevel = description.isByteLevel
        let bytes = UInt8.min...UInt8.max
        let named = description.fallsBackToBytes ? bytes.map { ids[ExactString(TokenAlphabet.name(of: $0))] } : []
        guard isByteLevel else {
            var tokens: [UInt32: Int32] = [:]
            for (symbol, id) in ids where symbol.text.unicodeScalars.count == 1 {
                if let scalar = symbol.text.unicodeScalars.first { tokens[scalar.value] = id }
            }
            (units, isComplete) = (.characters(tokens, fallbacks: named), false)
            return
        }
        let symbols = bytes.map { ByteAlphabet.symbol([$0]) }
        let tokens = symbols.map { ids[ExactString($0)] ?? -1 }
        guard tokens.contains(where: { $0 >= 0 }) else {
            throw Failure(
                .badData, "the vocabulary has no token of a single byte, which is needed for the byte-level encoding")
        }
        isComplete = !tokens.contains(-1)
        let fallbacks =
            named.isEmpty
            ? []
            : symbols.map { symbol -> [Int32]? in
                let tokens = symbol.utf8.compactMap { named[Int($0)] }
                return tokens.count == symbol.utf8.count ? tokens : nil
            }
        units = .bytes(tokens, fallbacks: fallbacks)
    }

    /// The token of a whole word, where it needs no merging.
    func wholeWord(_ word: UnsafeBufferPointer<UInt8>) -> Int32? {
        guard !wholeWords.isEmpty else { return nil }
        return wholeWords[ExactString(isByteLevel ? ByteAlphabet.symbol(word) : String(decoding: word, as: UTF8.self))]
    }

    /// Appends the tokens that the word is merged from.
    func appendUnits(of word: UnsafeBufferPointer<UInt8>, to tokens: inout [Int32]) {
        switch units {
        case .bytes(let byteTokens, let fallbacks):
            if isComplete {
                for byte in word { tokens.append(byteTokens[Int(byte)]) }
                return
            }
            append(
                word.lazy.map { byte -> Unit in
                    let token = byteTokens[Int(byte)]
                    if token >= 0 { return .token(token) }
                    return (fallbacks.isEmpty ? nil : fallbacks[Int(byte)]).map { .fallback($0) } ?? .unknown
                }, to: &tokens)
        case .characters(let characters, let fallbacks):
            append(
                String(decoding: word, as: UTF8.self).unicodeScalars.lazy.map { scalar -> Unit in
                    if let token = characters[scalar.value] { return .token(token) }
                    let bytes = Array(String(scalar).utf8)
                    let own = fallbacks.isEmpty ? [] : bytes.compactMap { fallbacks[Int($0)] }
                    return own.count == bytes.count ? .fallback(own) : .unknown
                }, to: &tokens)
        }
    }

    private enum Unit {
        case token(Int32)
        case fallback([Int32])
        case unknown
    }

    private func append(_ units: some Sequence<Unit>, to tokens: inout [Int32]) {
        var unknowns = 0
        func flush() {
            if let unknown, unknowns > 0 { tokens.append(unknown) }
            unknowns = 0
        }
        for unit in units {
            switch unit {
            case .token(let token):
                flush()
                tokens.append(token)
            // An unknown token before these is written after them, as the reference implementation does it.
            case .fallback(let own): tokens += own
            case .unknown:
                if !fusesUnknown { flush() }
                unknowns += 1
            }
        }
        flush()
    }
}
