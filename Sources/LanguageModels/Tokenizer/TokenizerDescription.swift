/// All that makes one tokenizer differ from another: what the files of a folder come down to.
struct TokenizerDescription: Sendable {
    struct Merge: Sendable {
        var left: String
        var right: String
        /// Its place in the file's list, counted from 0: edits leave merges out, and the rest is saved as it was.
        var line: Int
    }

    /// What is put before and after the tokens of a text (a post-processor's template).
    enum Frame: Sendable {
        case token(Int32)
        case symbol(String)
    }

    /// The model's own tokens by number.
    var vocabulary: [String]
    var merges: [Merge]
    /// In the order in which they are added; the same one may come more than once.
    var added: [AddedToken] = []
    var endOfText: String?
    var before: [Frame] = []
    var after: [Frame] = []

    /// The token of bytes that have none (`unk_token`); they are left out without.
    var unknown: String?
    var fusesUnknown = false
    var fallsBackToBytes = false
    var ignoresMerges = false
    var normalizer: TextNormalizer?
    /// Of a byte-level encoding; others have a `metaspace`.
    var addsPrefixSpace = false
    var words = WordRule.gpt2
    /// Whether symbols are bytes or characters.
    var isByteLevel = true
    /// How spaces are marked, where the normalizer does not do so.
    var metaspace: Metaspace?
    /// Whether special tokens in a text are characters like others (`split_special_tokens`).
    var leavesSpecials = false

    /// How many tokens the model can read, where that is known.
    var rows: Int?
    /// Whether merges were left out since the files were read.
    var isEdited = false
    /// The folder's files, which are saved again.
    var files: TokenizerFiles?

    var alphabet: TokenAlphabet { isByteLevel ? .bytes : .characters(fallsBackToBytes: fallsBackToBytes) }

    init(vocabulary: [String], merges: [(String, String)]) {
        self.vocabulary = vocabulary
        self.merges = merges.enumerated().map { Merge(left: $1.0, right: $1.1, line: $0) }
    }
}
