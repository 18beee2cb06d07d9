import Foundation
import Serialization

extension Tokenizer {
    /// The merges as pairs of symbols, in order of rank.
    public var merges: [(left: String, right: String)] { description.merges.map { ($0.left, $0.right) } }

    /// Writes the tokenizer into a folder that exists, so that `transformers` loads it.
    ///
    /// A tokenizer that was read from a folder is written as that folder's files, with nothing but the merges edited; another
    /// as `vocab.json`, `merges.txt`, `tokenizer.json` and `tokenizer_config.json`.
    ///
    /// - Parameter contextLength: What the model takes, for `model_max_length` of a tokenizer that was not read.
    public func save(to folder: URL, contextLength: Int? = nil) throws(Failure) {
        if let files = description.files {
            return try files.write(to: folder, merges: description.isEdited ? description.merges : nil)
        }
        func file(_ name: String) -> URL { folder.appendingPathComponent(name) }
        let vocabulary = JSONValue.object(
            JSONObject(description.vocabulary.enumerated().map { ($1, .integer($0)) }))
        try JSONFile.write(vocabulary, to: file(TokenizerFiles.vocabulary), indented: false)
        try AtomicFile.write(TokenizerFiles.mergesFile(description.merges), to: file(TokenizerFiles.merges))
        try JSONFile.write(content(vocabulary), to: file(TokenizerFiles.single))
        try JSONFile.write(settings(contextLength), to: file(TokenizerFiles.settings))
    }

    private func content(_ vocabulary: JSONValue) -> JSONValue {
        let byteLevel: JSONValue = [
            "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true,
        ]
        return [
            "version": "1.0", "truncation": nil, "padding": nil,
            "added_tokens": .array(description.added.map { $0.json(id: Int(token(symbol: $0.content) ?? 0)) }),
            "normalizer": nil, "pre_tokenizer": byteLevel, "post_processor": nil, "decoder": byteLevel,
            "model": [
                "type": "BPE", "dropout": nil, "unk_token": nil, "continuing_subword_prefix": "",
                "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
                "vocab": vocabulary,
                "merges": .array(description.merges.map { [.string($0.left), .string($0.right)] }),
            ],
        ]
    }

    private func settings(_ contextLength: Int?) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("add_prefix_space", false), ("clean_up_tokenization_spaces", false), ("errors", "replace"),
            ("tokenizer_class", "GPT2Tokenizer"),
        ]
        if let contextLength { members.append(("model_max_length", .integer(contextLength))) }
        if endOfText != nil {
            for role in ["bos_token", "eos_token", "unk_token"] { members.append((role, .string(Self.endOfTextSymbol))) }
        }
        return .object(JSONObject(members))
    }
}
