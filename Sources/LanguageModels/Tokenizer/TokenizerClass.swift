import Basics
import Foundation

/// What `tokenizer_class` makes of a folder, in `transformers` 5.
enum TokenizerClass {
    /// The class that takes tokenizer.json as it stands.
    case asDescribed
    /// A family's own class: of tokenizer.json it takes vocabulary, merges, added tokens and post-processor, and builds
    /// the rest anew, whatever the file says.
    case rebuilt(RebuiltTokenizer)

    /// - Throws: `.badData` naming a class that is not known.
    init(files: TokenizerFiles, settings: JSONObject) throws(Failure) {
        let configuration = files.folder.appendingPathComponent("config.json")
        var (name, place) = (settings["tokenizer_class"], files.path(TokenizerFiles.settings))
        var family = JSONValue.string("gpt2")
        if FileManager.default.fileExists(atPath: configuration.path) {
            let json = try JSONFile.readObject(configuration, maximumBytes: 4_000_000)
            family = json["model_type"] ?? family
            if name == nil || name == .null { (name, place) = (json["tokenizer_class"], configuration.path) }
        }
        if let list = settings["fast_tokenizer_files"]?.array, list != [.string(TokenizerFiles.single)] {
            throw Failure(
                .badData, "fast_tokenizer_files names several files, for several versions of transformers",
                at: files.path(TokenizerFiles.settings),
                remedy: "Keep the tokenizer.json of one version, and remove the key.")
        }
        switch name ?? .null {
        case .null:
            self =
                switch family {
                case "gpt2", "opt": .rebuilt(.gpt2)
                case "gpt_neox": .rebuilt(.gptNeoX)
                case "qwen2", "qwen3": .rebuilt(.qwen2)
                default: .asDescribed
                }
        // For this family `transformers` believes no other class.
        case _ where family == "qwen2": self = .rebuilt(.qwen2)
        case "GPT2Tokenizer", "GPT2TokenizerFast": self = .rebuilt(.gpt2)
        case "GPTNeoXTokenizer", "GPTNeoXTokenizerFast": self = .rebuilt(.gptNeoX)
        case "Qwen2Tokenizer", "Qwen2TokenizerFast": self = .rebuilt(.qwen2)
        case "LlamaTokenizer", "LlamaTokenizerFast":
            self = files.mentionByteLevel ? .asDescribed : .rebuilt(.llama)
        case "PreTrainedTokenizerFast", "PreTrainedTokenizer", "TokenizersBackend", "PythonBackend": self = .asDescribed
        default:
            throw Failure(
                .badData, "tokenizer_class is \((name ?? .null).text(indented: false)), which is not supported",
                at: place,
                remedy: "Supported are GPT2Tokenizer, GPTNeoXTokenizer, Qwen2Tokenizer, LlamaTokenizer, and "
                    + "PreTrainedTokenizerFast, which takes tokenizer.json as it stands.")
        }
    }
}

/// What a family's own class of tokenizer is built with.
enum RebuiltTokenizer {
    case gpt2
    case gptNeoX
    case qwen2
    /// Of Llama 2, with a vocabulary of SentencePiece.
    case llama

    /// The tokens that the class has where the files name none.
    var defaults: [(String, String)] {
        let end = Tokenizer.endOfTextSymbol
        switch self {
        case .gpt2: return [("bos_token", end), ("eos_token", end), ("unk_token", end)]
        case .gptNeoX:
            return [("bos_token", end), ("eos_token", end), ("unk_token", end), ("pad_token", "<|padding|>")]
        case .qwen2: return [("eos_token", end), ("unk_token", end), ("pad_token", end)]
        case .llama: return [("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>")]
        }
    }

    /// How texts are cut, whatever tokenizer.json says of it.
    func build(_ description: inout TokenizerDescription, _ settings: JSONObject, at place: String) throws(Failure) {
        let addsSpace = settings["add_prefix_space"]?.bool
        switch self {
        case .gpt2: description.addsPrefixSpace = addsSpace ?? false
        case .gptNeoX, .qwen2:
            description.addsPrefixSpace = addsSpace ?? false
            description.normalizer = try TextNormalizer(["type": "NFC"], at: place)
            if case .qwen2 = self { description.words = .modern(digits: 1) }
        case .llama:
            (description.isByteLevel, description.fallsBackToBytes, description.fusesUnknown) = (false, true, true)
            let isLegacy = settings["legacy"]?.bool ?? false
            description.metaspace = Metaspace(
                prefix: addsSpace ?? true ? (isLegacy ? .always : .first) : .never, splits: false)
        }
    }

    /// Whether nothing is put around a text, even where tokenizer.json has a post-processor.
    var ignoresFrame: Bool {
        if case .gptNeoX = self { true } else { false }
    }
}
