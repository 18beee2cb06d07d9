import Basics

/// Byte-pair encoding, of bytes as in GPT-2 or of characters as in SentencePiece: texts become tokens, and tokens texts.
///
/// Equal to the Hugging Face tokenizer of the same files on every text. A token has three faces: its number; its
/// *symbol*, the visible form in the vocabulary (`Ġcat`); and its *piece*, the text it stands for (` cat`).
public final class Tokenizer: Sendable {
    /// The name GPT-2 gives its one special token.
    public static let endOfTextSymbol = "<|endoftext|>"

    /// Symbols by token number: the vocabulary, and the added tokens behind it.
    public let symbols: [String]
    let description: TokenizerDescription
    /// The token that ends a text, if there is one.
    public let endOfText: Int32?

    private let ids: [ExactString: Int32]
    private let tokenBytes: [[UInt8]]
    private let model: WordModel
    private let added: AddedVocabulary
    /// What a framed text begins and ends with.
    let before: [Int32]
    let after: [Int32]
    private let caches = WordCachePool()

    /// - Parameters:
    ///   - symbols: The vocabulary by token number.
    ///   - merges: Pairs of symbols in order of rank; each and its result are in the vocabulary.
    ///   - specials: Symbols that are found whole in text, and never made of bytes.
    /// - Throws: `.badData` naming the symbol that breaks a rule.
    public convenience init(symbols: [String], merges: [(String, String)], specials: [String]) throws(Failure) {
        var description = TokenizerDescription(vocabulary: symbols, merges: merges)
        description.added = specials.map { AddedToken(special: $0) }
        description.endOfText = Self.endOfTextSymbol
        try self.init(description)
    }

    init(_ description: TokenizerDescription) throws(Failure) {
        let vocabulary = description.vocabulary
        guard vocabulary.count < 1 << 30, description.added.count < 1 << 30 else {
            throw Failure(.badData, "the vocabulary is too large")
        }
        var ids: [ExactString: Int32] = [:]
        ids.reserveCapacity(vocabulary.count)
        for (id, symbol) in vocabulary.enumerated() {
            guard ids.updateValue(Int32(id), forKey: ExactString(symbol)) == nil else {
                throw Failure(.badData, "the vocabulary has \(quoted(symbol)) twice")
            }
        }
        model = try Self.wordModel(description, ids)
        added = AddedVocabulary(description.added, vocabulary: ids, normalizer: description.normalizer)
        var symbols = vocabulary
        for (id, token) in added.tokens.sorted(by: { $0.key < $1.key }) where Int(id) >= vocabulary.count {
            symbols.append(token.content)
            ids[ExactString(token.content)] = id
        }
        func frame(_ items: [TokenizerDescription.Frame]) throws(Failure) -> [Int32] {
            var tokens: [Int32] = []
            for item in items {
                switch item {
                case .token(let id) where symbols.indices.contains(Int(id)): tokens.append(id)
                case .token(let id):
                    throw Failure(
                        .badData, "the post-processor adds token \(id), and there are \(symbols.count) tokens")
                case .symbol(let symbol): if let id = ids[ExactString(symbol)] { tokens.append(id) }
                }
            }
            return tokens
        }
        (before, after) = (try frame(description.before), try frame(description.after))
        endOfText = description.endOfText.flatMap { ids[ExactString($0)] }
        self.symbols = symbols
        self.ids = ids
        self.description = description
        tokenBytes = symbols.map(description.alphabet.bytes)
    }

    private static func wordModel(
        _ description: TokenizerDescription, _ ids: [ExactString: Int32]
    ) throws(Failure) -> WordModel {
        func id(_ symbol: String, _ role: String) throws(Failure) -> Int32 {
            guard let id = ids[ExactString(symbol)] else {
                throw Failure(.badData, "the vocabulary has no token \(quoted(symbol)), which is \(role)")
            }
            return id
        }
        var table = PairTable(capacity: description.merges.count)
        for (rank, merge) in description.merges.enumerated() {
            let left = try id(merge.left, "part of the merge on line \(merge.line + 1)")
            let right = try id(merge.right, "part of the merge on line \(merge.line + 1)")
            let token = try id(merge.left + merge.right, "the result of the merge on line \(merge.line + 1)")
            table.set(left, right, PairTable.Merge(rank: Int32(rank), token: token))
        }
        var model = try WordModel(description, ids, table: table)
        if !model.isComplete, let unknown = description.unknown { model.unknown = try id(unknown, "the unknown token") }
        model.fusesUnknown = description.fusesUnknown
        if description.ignoresMerges { model.wholeWords = ids }
        return model
    }

    /// Number of tokens, added ones included.
    public var count: Int { symbols.count }

    /// Those that stand for text and can be read by the model; all that can be read where all were added.
    public var ordinary: OrdinaryTokens {
        let readable = min(count, description.rows ?? count)
        let ordinary = OrdinaryTokens(of: readable, leavingOut: added.tokens.keys)
        return ordinary.isEmpty ? OrdinaryTokens(of: readable, leavingOut: []) : ordinary
    }

    /// The added tokens by number.
    var addedTokens: [(id: Int32, token: AddedToken)] {
        added.tokens.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The token with this symbol (` cat` is `Ġcat`).
    public func token(symbol: String) -> Int32? { ids[ExactString(symbol)] }

    /// The token that stands for exactly this text, if there is one.
    public func token(piece: String) -> Int32? {
        description.alphabet.symbols(Array(piece.utf8)).lazy.compactMap { self.ids[ExactString($0)] }.first
    }

    /// The bytes a token stands for; none for a number outside the vocabulary.
    public func bytes(_ token: Int32) -> [UInt8] {
        token >= 0 && Int(token) < count ? tokenBytes[Int(token)] : []
    }

    /// The text a token stands for. Bytes that are no character by themselves appear as U+FFFD.
    public func piece(_ token: Int32) -> String { String(decoding: bytes(token), as: UTF8.self) }

    /// The text of tokens. Numbers outside the vocabulary are left out, broken UTF-8 becomes U+FFFD.
    ///
    /// A space that was put before a text stays there, since the tokens may be those of a continuation.
    public func decode(_ tokens: some Sequence<Int32>) -> String {
        let known = tokens.lazy.filter { $0 >= 0 && Int($0) < self.count }.map { Int($0) }
        return description.alphabet.text(of: known.map { (self.symbols[$0], self.tokenBytes[$0]) })
    }

    /// The tokens of a text.
    ///
    /// - Parameters:
    ///   - text: What is turned into tokens.
    ///   - findingSpecials: Whether `<|endoftext|>` in the text is the special token, as with Hugging Face, or twelve
    ///     characters like others.
    ///   - framed: Whether the tokens that the tokenizer's post-processor puts before and after a text are there, as in
    ///     `tokenizer(text)` of `transformers`. GPT-2 has none.
    ///   - continuing: Whether the text goes on where another ended: no space is put before it, where the tokenizer
    ///     puts one before a text (`add_prefix_space`).
    public func encode(
        _ text: String, findingSpecials: Bool = true, framed: Bool = false, continuing: Bool = false
    ) -> [Int32] {
        let leavesSpecials = description.leavesSpecials || !findingSpecials
        var text = text
        var output = framed ? before : []
        text.withUTF8 { bytes in
            caches.withCache { cache in
                for part in added.split(bytes, searchingNormalized: false, leavingSpecials: leavesSpecials) {
                    switch part {
                    case .token(let token): output.append(token)
                    case .text(let range):
                        let part = UnsafeBufferPointer(rebasing: bytes[range])
                        let start: PartStart = range.lowerBound > 0 ? .inside : continuing ? .continuing : .beginning
                        encodePart(part, leavesSpecials, start, cache, &output)
                    }
                }
            }
        }
        return framed ? output + after : output
    }

    /// Text without those added tokens that are found before it is normalized.
    private func encodePart(
        _ bytes: UnsafeBufferPointer<UInt8>, _ leavesSpecials: Bool, _ start: PartStart, _ cache: WordCache,
        _ output: inout [Int32]
    ) {
        guard let normalizer = description.normalizer else {
            return encodeNormalized(bytes, leavesSpecials, start, cache, &output)
        }
        var text = normalizer.normalize(
            String(decoding: bytes, as: UTF8.self), continuing: start == .continuing)
        text.withUTF8 { encodeNormalized($0, leavesSpecials, start, cache, &output) }
    }

    private func encodeNormalized(
        _ bytes: UnsafeBufferPointer<UInt8>, _ leavesSpecials: Bool, _ start: PartStart, _ cache: WordCache,
        _ output: inout [Int32]
    ) {
        for part in added.split(bytes, searchingNormalized: true, leavingSpecials: leavesSpecials) {
            switch part {
            case .token(let token): output.append(token)
            case .text(let range):
                let stretch = UnsafeBufferPointer(rebasing: bytes[range])
                let start = range.lowerBound > 0 ? .inside : start
                if let metaspace = description.metaspace {
                    let marked = metaspace.mark(
                        stretch, isStart: start == .beginning, continuing: start == .continuing)
                    marked.withUnsafeBufferPointer { encodeWords($0, cache, &output) }
                } else if description.addsPrefixSpace, start != .continuing, stretch.first != UInt8(ascii: " ") {
                    ([UInt8(ascii: " ")] + stretch).withUnsafeBufferPointer { encodeWords($0, cache, &output) }
                } else {
                    encodeWords(stretch, cache, &output)
                }
            }
        }
    }

    private func encodeWords(_ bytes: UnsafeBufferPointer<UInt8>, _ cache: WordCache, _ output: inout [Int32]) {
        func encode(_ range: Range<Int>) {
            cache.encode(UnsafeBufferPointer(rebasing: bytes[range]), model: model, into: &output)
        }
        if let metaspace = description.metaspace { return metaspace.forEachWord(bytes, encode) }
        description.words.forEachWord(bytes, encode)
    }

    /// Where in a text a part of it begins.
    private enum PartStart { case beginning, continuing, inside }
}
