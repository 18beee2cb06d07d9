import Basics

/// The sections of a tokenizer.json: each is honoured, or refused by name.
struct TokenizerJSON {
    let root: JSONObject
    let model: JSONObject
    let place: String

    init(_ root: JSONObject, at place: String) throws(Failure) {
        guard let model = root["model"]?.object else {
            throw Failure(.badData, "not a tokenizer that can be used: it has no model", at: place)
        }
        (self.root, self.model, self.place) = (root, model, place)
        // Older files leave the type out.
        guard (model["type"] ?? "BPE") == "BPE" else {
            throw refusal("its model is \(name(model["type"])), not BPE")
        }
    }

    private func refusal(_ reason: String, _ remedy: String? = nil) -> Failure {
        Failure(.badData, "not a tokenizer that can be used: \(reason)", at: place, remedy: remedy)
    }

    /// How a message calls a section: its type.
    private func name(_ section: JSONValue?) -> String {
        section?.string.map(quoted) ?? section?["type"]?.string.map(quoted) ?? section?.kind ?? "none"
    }

    /// Vocabulary and merges, which every class of tokenizer takes from the file.
    func description() throws(Failure) -> TokenizerDescription {
        guard let vocabulary = model["vocab"]?.object else { throw refusal("its model has no vocab") }
        guard let list = model["merges"]?.array else { throw refusal("its model has no merges") }
        var merges: [(String, String)] = []
        merges.reserveCapacity(list.count)
        for (index, item) in list.enumerated() {
            let parts = item.array?.compactMap(\.string) ?? item.string.map(Self.halves) ?? []
            guard parts.count == 2 else { throw refusal("merge \(index) is not two symbols") }
            merges.append((parts[0], parts[1]))
        }
        return TokenizerDescription(vocabulary: try Self.symbols(vocabulary, at: place), merges: merges)
    }

    /// By scalars: a symbol that begins with a combining mark would make one character with the space before it.
    private static func halves(_ text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// The vocabulary by number; numbers run from 0 without gaps.
    static func symbols(_ map: JSONObject, at place: String) throws(Failure) -> [String] {
        var symbols = [String?](repeating: nil, count: map.count)
        for (symbol, value) in map.members {
            guard case .integer(let id) = value else {
                throw Failure(.badData, "token \(quoted(symbol)) has \(value.kind) for its number", at: place)
            }
            guard symbols.indices.contains(id) else {
                throw Failure(
                    .badData,
                    "token \(quoted(symbol)) has number \(id), and the \(map.count) tokens are numbered from 0",
                    at: place)
            }
            guard symbols[id] == nil else {
                throw Failure(.badData, "the number \(id) stands for two tokens", at: place)
            }
            symbols[id] = symbol
        }
        return symbols.compactMap { $0 }
    }

    func addedTokens() throws(Failure) -> [(id: Int, token: AddedToken)] {
        var tokens: [(Int, AddedToken)] = []
        for item in root["added_tokens"]?.array ?? [] {
            guard let content = item["content"]?.string, !content.isEmpty, let id = item["id"]?.integer else {
                throw refusal("an added token has no content or no id")
            }
            tokens.append((id, try AddedToken(item, special: false, called: "an added token", at: place)))
        }
        return tokens
    }

    /// Everything else that the file says of the model and of what is done to a text before it.
    func readModel(into description: inout TokenizerDescription) throws(Failure) {
        if let dropout = model["dropout"]?.number, dropout != 0 {
            throw refusal(
                "its model sets dropout to \(dropout), and the tokens of a text would be left to chance",
                "Set dropout to null.")
        }
        for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let value = model[key]?.string, !value.isEmpty {
                throw refusal("its model sets \(key) to \(quoted(value))")
            }
        }
        description.unknown = model["unk_token"]?.string
        description.fusesUnknown = model["fuse_unk"]?.bool ?? false
        description.fallsBackToBytes = model["byte_fallback"]?.bool ?? false
        description.ignoresMerges = model["ignore_merges"]?.bool ?? false
        description.normalizer = try TextNormalizer(root["normalizer"], at: place)
        try readPreTokenizer(into: &description)
    }

    private func readPreTokenizer(into description: inout TokenizerDescription) throws(Failure) {
        var steps = Self.steps(root["pre_tokenizer"])
        guard let byteLevel = steps.popLast(), byteLevel["type"] != "Metaspace" else {
            description.isByteLevel = false
            description.words = .whole
            if let section = root["pre_tokenizer"], section != .null {
                guard steps.isEmpty, let metaspace = Self.steps(section).first else {
                    throw refusal("its pre_tokenizer has \(name(steps.last)) before Metaspace")
                }
                description.metaspace = try Metaspace(metaspace, at: place)
            }
            return
        }
        guard byteLevel["type"] == "ByteLevel" else {
            throw refusal(
                "its pre_tokenizer is \(name(root["pre_tokenizer"])), and does not end in ByteLevel or Metaspace")
        }
        description.addsPrefixSpace = byteLevel["add_prefix_space"]?.bool ?? true
        description.words = byteLevel["use_regex"]?.bool ?? true ? .gpt2 : .whole
        if let split = steps.last, let rule = Self.rule(ofSplit: split) {
            guard !description.addsPrefixSpace, description.words == .whole else {
                throw refusal(
                    "its pre_tokenizer cuts words twice: Split, and ByteLevel with use_regex or add_prefix_space")
            }
            description.words = rule
            steps.removeLast()
        }
        if let digits = steps.last, digits["type"] == "Digits" {
            guard digits["individual_digits"]?.bool == true, !description.addsPrefixSpace, description.words == .gpt2
            else {
                throw refusal(
                    "its pre_tokenizer has Digits before ByteLevel in another way than to set single digits apart",
                    "Digits is known with individual_digits, where words are cut by GPT-2's expression and "
                        + "add_prefix_space is false.")
            }
            description.words = .gpt2DigitsApart
            steps.removeLast()
        }
        if let other = steps.last {
            throw refusal(
                "its pre_tokenizer has \(name(other)) before ByteLevel, which is no cut into words that is known",
                "A Split by the regular expression of GPT-2, Llama 3 or Qwen2 is known, with the behavior Isolated, and "
                    + "Digits before GPT-2's.")
        }
    }

    /// A pre-tokenizer's steps, those of a Sequence one by one.
    private static func steps(_ section: JSONValue?) -> [JSONValue] {
        guard let section, section != .null else { return [] }
        guard section["type"] == "Sequence" else { return [section] }
        return (section["pretokenizers"]?.array ?? []).flatMap(steps)
    }

    private static func rule(ofSplit split: JSONValue) -> WordRule? {
        guard split["type"] == "Split", let pattern = split["pattern"]?["Regex"]?.string else { return nil }
        let isInverted = split["invert"]?.bool ?? false
        // Every character is in a match: what lies between them is empty.
        guard split["behavior"] == "Isolated" || isInverted && split["behavior"] == "Removed" else { return nil }
        return WordRule(pattern: pattern)
    }

    /// What the post-processor puts around a text.
    func readFrame(into description: inout TokenizerDescription) throws(Failure) {
        for step in Self.processors(root["post_processor"]) {
            switch step["type"]?.string {
            case "ByteLevel": break
            case "TemplateProcessing": try readTemplate(step, &description)
            case "RobertaProcessing", "BertProcessing":
                func id(_ key: String) throws(Failure) -> TokenizerDescription.Frame {
                    guard let pair = step[key]?.array, pair.count == 2,
                        let id = pair[1].integer.flatMap(Int32.init(exactly:))
                    else {
                        throw refusal("its post_processor has no \(key)")
                    }
                    return .token(id)
                }
                description.before.insert(try id("cls"), at: 0)
                description.after.append(try id("sep"))
            default: throw refusal("its post_processor is \(name(step)), which is not supported")
            }
        }
    }

    private static func processors(_ section: JSONValue?) -> [JSONValue] {
        guard let section, section != .null else { return [] }
        guard section["type"] == "Sequence" else { return [section] }
        return (section["processors"]?.array ?? []).flatMap(processors)
    }

    private func readTemplate(_ step: JSONValue, _ description: inout TokenizerDescription) throws(Failure) {
        var around: [[TokenizerDescription.Frame]] = [[]]
        for item in step["single"]?.array ?? [] {
            if item["Sequence"] != nil {
                around.append([])
                continue
            }
            guard let symbol = item["SpecialToken"]?["id"]?.string,
                let ids = step["special_tokens"]?[symbol]?["ids"]?.array
            else { throw refusal("its post_processor's template has a part that is no token and no text") }
            for value in ids {
                guard let id = value.integer.flatMap(Int32.init(exactly:)), id >= 0 else {
                    throw refusal("its post_processor's template has \(value.kind) for a token's number")
                }
                around[around.count - 1].append(.token(id))
            }
        }
        guard around.count == 2 else {
            throw refusal("its post_processor's template has the text \(around.count - 1) times")
        }
        description.before = around[0] + description.before
        description.after += around[1]
    }

    /// The token that a padding section pads with.
    var paddingToken: String? { root["padding"]?["pad_token"]?.string }
}
