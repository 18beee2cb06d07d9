import Foundation
import Serialization

extension Tokenizer {
    /// The merges as pairs of symbols, in order of rank.
    public var merges: [(left: String, right: String)] {
        mergeList.map { (symbols[Int($0.left)], symbols[Int($0.right)]) }
    }

    /// Writes `vocab.json`, `merges.txt`, `tokenizer.json` and `tokenizer_config.json`, which `transformers` loads, into
    /// a folder that exists.
    ///
    /// - Parameter contextLength: What the model takes, for `model_max_length`.
    public func save(to folder: URL, contextLength: Int? = nil) throws(Failure) {
        func file(_ name: String) -> URL { folder.appendingPathComponent(name) }
        let pairs = merges
        let vocabulary = JSONValue.object(
            JSONObject(symbols.enumerated().map { ($1, .integer($0)) }))
        try JSONFile.write(vocabulary, to: file("vocab.json"), indented: false)
        let lines = pairs.map { "\($0.left) \($0.right)\n" }.joined()
        try AtomicFile.write(Data(("#version: 0.2\n" + lines).utf8), to: file("merges.txt"))
        try JSONFile.write(description(vocabulary, pairs), to: file("tokenizer.json"))
        try JSONFile.write(settings(contextLength), to: file("tokenizer_config.json"))
    }

    private func description(_ vocabulary: JSONValue, _ pairs: [(left: String, right: String)]) -> JSONValue {
        let added = specials.map { id -> JSONValue in
            [
                "id": .integer(Int(id)), "content": .string(symbols[Int(id)]), "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false, "special": true,
            ]
        }
        let byteLevel: JSONValue = [
            "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true,
        ]
        return [
            "version": "1.0", "truncation": nil, "padding": nil, "added_tokens": .array(added), "normalizer": nil,
            "pre_tokenizer": byteLevel, "post_processor": nil, "decoder": byteLevel,
            "model": [
                "type": "BPE", "dropout": nil, "unk_token": nil, "continuing_subword_prefix": "",
                "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
                "vocab": vocabulary, "merges": .array(pairs.map { [.string($0.left), .string($0.right)] }),
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
