import Basics
import Foundation

extension Tokenizer {
    /// The merges as pairs of symbols, in order of rank.
    public var merges: [(left: String, right: String)] { description.merges.map { ($0.left, $0.right) } }

    /// Writes the tokenizer into a folder that exists, so that `transformers` loads it.
    ///
    /// A tokenizer that was read from a folder is written as that folder's files, with nothing but the merges edited.
    /// Those of `vocab.json`, `merges.txt`, `tokenizer.json` and `tokenizer_config.json` that a tokenizer has not are
    /// made for it: the `tokenizers` library reads `tokenizer.json` alone.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - contextLength: What the model takes, for `model_max_length` of a tokenizer that was not read.
    public func save(to folder: URL, contextLength: Int? = nil) throws(Failure) {
        if let files = description.files {
            try files.write(to: folder, merges: description.isEdited ? description.merges : nil)
        }
        func file(_ name: String) -> URL { folder.appendingPathComponent(name) }
        func isMissing(_ name: String) -> Bool { description.files?.has(name) != true }
        let vocabulary = JSONValue.object(
            JSONObject(description.vocabulary.enumerated().map { ($1, .integer($0)) }))
        // A folder that has tokenizer.json needs no more of the two.
        if description.files == nil {
            try JSONFile.write(vocabulary, to: file(TokenizerFiles.vocabulary), indented: false)
            try AtomicFile.write(TokenizerFiles.mergesFile(description.merges), to: file(TokenizerFiles.merges))
        }
        if isMissing(TokenizerFiles.single) {
            try JSONFile.write(content(vocabulary), to: file(TokenizerFiles.single))
            if isMissing(TokenizerFiles.settings) {
                // A folder that did not limit its texts does not do so now.
                let limit = description.files == nil ? contextLength : nil
                try JSONFile.write(settings(limit), to: file(TokenizerFiles.settings))
            }
        }
    }

    private func content(_ vocabulary: JSONValue) -> JSONValue {
        let byteLevel: JSONValue = [
            "type": "ByteLevel", "add_prefix_space": .bool(description.addsPrefixSpace), "trim_offsets": true,
            "use_regex": true,
        ]
        return [
            "version": "1.0", "truncation": nil, "padding": nil,
            "added_tokens": .array(addedTokens.map { $0.token.json(id: Int($0.id)) }),
            "normalizer": nil, "pre_tokenizer": byteLevel, "post_processor": frame, "decoder": byteLevel,
            "model": [
                "type": "BPE", "dropout": nil, "unk_token": nil, "continuing_subword_prefix": "",
                "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
                "vocab": vocabulary,
                "merges": .array(description.merges.map { [.string($0.left), .string($0.right)] }),
            ],
        ]
    }

    /// The post-processor that puts the tokens around a text; null where there are none.
    private var frame: JSONValue {
        guard !before.isEmpty || !after.isEmpty else { return nil }
        func special(_ id: Int32) -> JSONValue {
            ["SpecialToken": ["id": .string(symbols[Int(id)]), "type_id": 0]]
        }
        let text: JSONValue = ["Sequence": ["id": "A", "type_id": 0]]
        let second: JSONValue = ["Sequence": ["id": "B", "type_id": 1]]
        let single = before.map(special) + [text] + after.map(special)
        let known = (before + after).map { id -> (String, JSONValue) in
            let symbol = symbols[Int(id)]
            return (symbol, ["id": .string(symbol), "ids": [.integer(Int(id))], "tokens": [.string(symbol)]])
        }
        return [
            "type": "TemplateProcessing", "single": .array(single), "pair": .array(single + [second]),
            "special_tokens": .object(JSONObject(known)),
        ]
    }

    private func settings(_ contextLength: Int?) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("add_prefix_space", false), ("clean_up_tokenization_spaces", false), ("errors", "replace"),
            ("tokenizer_class", "GPT2Tokenizer"),
        ]
        if let contextLength { members.append(("model_max_length", .integer(contextLength))) }
        if endOfText != nil {
            for role in ["bos_token", "eos_token", "unk_token"] {
                members.append((role, .string(Self.endOfTextSymbol)))
            }
        }
        return .object(JSONObject(members))
    }
}
