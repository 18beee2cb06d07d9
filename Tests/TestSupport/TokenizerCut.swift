import Basics
import Foundation
import LanguageModels

/// How the tokenizers that people use cut a text before tokens are merged.
package enum TokenizerCut: String, CaseIterable, Sendable {
    case gpt2
    /// SmolLM2's: each digit by itself.
    case digits
    case llama3
    case qwen
    /// Llama 2's: characters and bytes, spaces marked (SentencePiece).
    case pieces

    /// What a family's published models have, where that is not what `Tokenizer.save` writes.
    package static func ofFamily(_ family: any DecoderFamily.Type) -> TokenizerCut? {
        switch family.modelType {
        case "gpt2": nil
        case Llama.modelType: .llama3
        case Qwen2.modelType, Qwen3.modelType: .qwen
        default: .gpt2
        }
    }

    /// Makes the saved tokenizer of a folder one that cuts like this. With `pieces` it becomes another, of 448 tokens.
    package func apply(to folder: URL) throws {
        let (single, settings) = ("tokenizer.json", "tokenizer_config.json")
        var root = try JSONFile.readObject(folder.appendingPathComponent(single))
        let bytes: JSONValue = ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true]
        func cutting(_ step: JSONValue, regex: Bool) throws -> JSONValue {
            var last = bytes.object ?? JSONObject()
            last["use_regex"] = .bool(regex)
            return ["type": "Sequence", "pretokenizers": [step, .object(last)]]
        }
        func split(_ digits: String) throws -> JSONValue {
            let expression =
                #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
                + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
            return try cutting(
                [
                    "type": "Split", "pattern": ["Regex": .string(expression)], "behavior": "Isolated", "invert": false,
                ], regex: false)
        }
        switch self {
        case .gpt2: break
        case .digits: root["pre_tokenizer"] = try cutting(["type": "Digits", "individual_digits": true], regex: true)
        case .llama3:
            root["pre_tokenizer"] = try split(#"\p{N}{1,3}"#)
            var model = root["model"]?.object ?? JSONObject()
            model["ignore_merges"] = true
            root["model"] = .object(model)
        case .qwen:
            root["pre_tokenizer"] = try split(#"\p{N}"#)
            root["normalizer"] = ["type": "NFC"]
        case .pieces: root = try Self.sentencePiece()
        }
        try JSONFile.write(.object(root), to: folder.appendingPathComponent(single))
        var config = try JSONFile.readObject(folder.appendingPathComponent(settings))
        config["tokenizer_class"] = "PreTrainedTokenizerFast"
        if self == .pieces { for name in ["bos", "unk"] { config["\(name)_token"] = nil } }
        if self == .pieces { config["eos_token"] = "</s>" }
        try JSONFile.write(.object(config), to: folder.appendingPathComponent(settings))
        for name in ["vocab.json", "merges.txt"] {
            try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
        }
    }

    /// The special tokens, all bytes, the marked space, the visible characters, and each of them behind a space but for
    /// the digits.
    private static func sentencePiece() throws -> JSONObject {
        let visible = (0x21...0x7E).map { String(UnicodeScalar(UInt8($0))) }
        let bytes = (0...255).map { byte in
            "<0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) + ">"
        }
        let merged = visible.filter { !("0"..."9").contains($0) }
        let symbols = ["<unk>", "<s>", "</s>"] + bytes + ["▁"] + visible + merged.map { "▁" + $0 }
        let flags = #""single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true"#
        let text = """
            {"version": "1.0", "pre_tokenizer": null, "post_processor": null,
            "added_tokens": [{"id": 0, "content": "<unk>", \(flags)}, {"id": 1, "content": "<s>", \(flags)},
              {"id": 2, "content": "</s>", \(flags)}],
            "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
              {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
            "decoder": {"type": "Sequence", "decoders": [
              {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
              {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
            "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null,
              "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": true, "ignore_merges": false}}
            """
        var root = try JSONParser.parse(text).object ?? JSONObject()
        var model = root["model"]?.object ?? JSONObject()
        model["vocab"] = .object(JSONObject(symbols.enumerated().map { ($1, JSONValue.integer($0)) }))
        model["merges"] = .array(merged.map { .array([.string("▁"), .string($0)]) })
        root["model"] = .object(model)
        return root
    }
}
