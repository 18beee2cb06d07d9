import Foundation
import Serialization

extension Tokenizer {
    /// The files of a folder that decide how texts are cut.
    public static var fileNames: [String] { TokenizerFiles.deciding }

    /// Reads the tokenizer of a Hugging Face folder, as `transformers` reads it.
    ///
    /// Vocabulary and merges come from `tokenizer.json` where there is one, else from `vocab.json` and `merges.txt`.
    /// How much more of `tokenizer.json` counts is decided by `tokenizer_class` (`TokenizerClass`).
    ///
    /// - Throws: `.notFound` when neither is there; `.badData` when a file is broken, or describes anything but a
    ///   byte-level encoding of GPT-2's kind.
    public static func load(_ folder: URL) throws -> Tokenizer {
        let files = try TokenizerFiles(folder)
        let settings = try files.object(TokenizerFiles.settings) ?? JSONObject()
        let kind = try TokenizerClass(files: files, settings: settings)
        var description: TokenizerDescription
        if let root = try files.object(TokenizerFiles.single) {
            let file = files.path(TokenizerFiles.single)
            description = try read(TokenizerJSON(root, at: file), files, settings, kind)
            description.files = files
            return try make(description, at: file)
        }
        guard kind == .gpt2 else {
            throw Failure(
                .badData, "tokenizer_class is a class that needs a tokenizer.json, and there is none",
                at: files.path(TokenizerFiles.settings),
                remedy: "Set tokenizer_class to GPT2Tokenizer, to use vocab.json and merges.txt.")
        }
        let file = files.path(TokenizerFiles.vocabulary)
        let map = try files.object(TokenizerFiles.vocabulary) ?? JSONObject()
        description = TokenizerDescription(
            vocabulary: try TokenizerJSON.symbols(map, at: file), merges: try files.mergePairs())
        let specials = try SpecialTokens(
            files: files, settings: settings, single: [], defaults: TokenizerClass.defaults)
        description.added = specials.list(after: [])
        description.addsPrefixSpace = settings["add_prefix_space"]?.bool ?? false
        finish(&description, specials, settings)
        // Only a tokenizer that has no post-processor of its own gets one by these.
        if settings["add_bos_token"]?.bool == true, let bos = specials.content("bos_token") {
            description.before = [.symbol(bos)]
        }
        if settings["add_eos_token"]?.bool == true, let eos = specials.content("eos_token") {
            description.after = [.symbol(eos)]
        }
        description.files = files
        return try make(description, at: folder.path)
    }

    private static func read(
        _ single: TokenizerJSON, _ files: TokenizerFiles, _ settings: JSONObject, _ kind: TokenizerClass
    ) throws(Failure) -> TokenizerDescription {
        var description = try single.description()
        let added = try single.addedTokens()
        switch kind {
        case .gpt2:
            let specials = try SpecialTokens(
                files: files, settings: settings, single: added, defaults: TokenizerClass.defaults)
            description.added = specials.list(after: [])
            description.addsPrefixSpace = settings["add_prefix_space"]?.bool ?? false
            finish(&description, specials, settings)
        case .asDescribed:
            let padding = single.paddingToken.map { [("pad_token", $0)] } ?? []
            let specials = try SpecialTokens(files: files, settings: settings, single: added, defaults: padding)
            description.added = specials.list(after: added.map(\.token))
            try single.readModel(into: &description)
            finish(&description, specials, settings)
        }
        try single.readFrame(into: &description)
        return description
    }

    private static func finish(
        _ description: inout TokenizerDescription, _ specials: SpecialTokens, _ settings: JSONObject
    ) {
        description.endOfText = specials.content("eos_token")
        description.leavesSpecials = settings["split_special_tokens"]?.bool ?? false
    }

    private static func make(_ description: TokenizerDescription, at place: String) throws -> Tokenizer {
        do throws(Failure) {
            return try Tokenizer(description)
        } catch {
            throw error.located(at: place)
        }
    }
}

/// What `tokenizer_class` makes of a folder, in `transformers` 5.
enum TokenizerClass {
    /// GPT-2's own class: of tokenizer.json it takes vocabulary, merges, added tokens and post-processor, and builds
    /// the rest anew: words are cut as GPT-2 cuts them, whatever the file's normalizer, pre-tokenizer and unknown
    /// token.
    case gpt2
    /// The class that takes tokenizer.json as it stands.
    case asDescribed

    /// The tokens that GPT-2's class has where the files name none.
    static let defaults = ["bos_token", "eos_token", "unk_token"].map { ($0, Tokenizer.endOfTextSymbol) }

    /// - Throws: `.badData` naming a class of another family.
    init(files: TokenizerFiles, settings: JSONObject) throws(Failure) {
        let configuration = files.folder.appendingPathComponent("config.json")
        var (name, place) = (settings["tokenizer_class"], files.path(TokenizerFiles.settings))
        if name == nil || name == .null, FileManager.default.fileExists(atPath: configuration.path) {
            (name, place) = (try JSONFile.readObject(configuration)["tokenizer_class"], configuration.path)
        }
        if let list = settings["fast_tokenizer_files"]?.array, list != [.string(TokenizerFiles.single)] {
            throw Failure(
                .badData, "fast_tokenizer_files names several files, for several versions of transformers",
                at: files.path(TokenizerFiles.settings),
                remedy: "Keep the tokenizer.json of one version, and remove the key.")
        }
        switch name ?? .null {
        case .null, "GPT2Tokenizer", "GPT2TokenizerFast": self = .gpt2
        case "PreTrainedTokenizerFast", "PreTrainedTokenizer", "TokenizersBackend", "PythonBackend": self = .asDescribed
        default:
            throw Failure(
                .badData,
                "tokenizer_class is \((name ?? .null).text(indented: false)), which is not a tokenizer of GPT-2",
                at: place,
                remedy:
                    "Supported are GPT2Tokenizer, and PreTrainedTokenizerFast, which takes tokenizer.json as it stands."
            )
        }
    }
}
