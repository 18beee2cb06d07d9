import Basics

/// How text is cut into the words within which tokens are merged.
enum WordRule: Sendable, Equatable {
    /// All of it is one word.
    case whole
    /// By GPT-2's expression (`PreTokenizer`).
    case gpt2
    /// By the same, where each digit is a word of its own and cuts the text around it.
    case gpt2DigitsApart
    /// By the expression of Llama 3 and Qwen (`ModernPreTokenizer`), which takes so many digits together.
    case modern(digits: Int)

    /// The rule that a `Split` of tokenizer.json spells as a regular expression; nil for one that is not known.
    init?(pattern: String) {
        guard let known = Self.patterns.first(where: { $0.pattern.hasSameBytes(as: pattern) }) else { return nil }
        self = known.rule
    }

    /// What GPT-2's own pre-tokenization is written as: its expression, and two spellings of the same that are faster.
    /// Then those of Llama 3 and Qwen, and how OpenAI's tokenizers spell the first of them.
    private static let patterns: [(pattern: String, rule: WordRule)] = [
        (#"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#, .gpt2),
        (#"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#, .gpt2),
        (#"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"#, .gpt2),
        (modern(#"\p{N}{1,3}"#), .modern(digits: 3)), (modern(#"\p{N}"#), .modern(digits: 1)),
        (
            #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#,
            .modern(digits: 3)
        ),
    ]

    private static func modern(_ digits: String) -> String {
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
            + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }

    /// Calls the body with the range of bytes of each word; the ranges follow each other without gaps.
    ///
    /// - Parameter bytes: Valid UTF-8.
    func forEachWord(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
        switch self {
        case .whole: if !bytes.isEmpty { body(0..<bytes.count) }
        case .gpt2: PreTokenizer(bytes).forEachWord(body)
        case .gpt2DigitsApart: PreTokenizer(bytes, isolatesDigits: true).forEachWord(body)
        case .modern(let digits): ModernPreTokenizer(bytes, digits: digits).forEachWord(body)
        }
    }
}
