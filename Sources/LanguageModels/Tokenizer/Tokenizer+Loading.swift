import Basics
import Foundation

extension Tokenizer {
    /// The files of a folder that decide how texts are cut.
    public static var fileNames: [String] { TokenizerFiles.deciding }

    /// Reads the tokenizer of a Hugging Face folder, as `transformers` reads it.
    ///
    /// Vocabulary and merges come from `tokenizer.json` where there is one, else from `vocab.json` and `merges.txt`.
    /// How much more of `tokenizer.json` counts is decided by `tokenizer_class` (`TokenizerClass`).
    ///
    /// - Throws: `.notFound` when neither is there; `.badData` when a file is broken, or describes a tokenizer that is
    ///   not known.
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
        guard case .rebuilt(let rebuilt) = kind, files.has(TokenizerFiles.vocabulary) else {
            throw Failure(
                .badData, "tokenizer_class is a class that needs a tokenizer.json, and there is none",
                at: files.path(TokenizerFiles.settings),
                remedy: "Set tokenizer_class to GPT2Tokenizer, to use vocab.json and merges.txt.")
        }
        let file = files.path(TokenizerFiles.vocabulary)
        let map = try files.object(TokenizerFiles.vocabulary) ?? JSONObject()
        description = TokenizerDescription(
            vocabulary: try TokenizerJSON.symbols(map, at: file), merges: try files.mergePairs())
        let specials = try SpecialTokens(files: files, settings: settings, single: [], defaults: rebuilt.defaults)
        description.added = specials.list(after: [])
        try rebuilt.build(&description, settings, at: file)
        finish(&description, specials, settings)
        // Only a tokenizer that has no post-processor of its own gets one by these.
        frame(&description, specials, settings)
        description.files = files
        return try make(description, at: folder.path)
    }

    private static func read(
        _ single: TokenizerJSON, _ files: TokenizerFiles, _ settings: JSONObject, _ kind: TokenizerClass
    ) throws(Failure) -> TokenizerDescription {
        var description = try single.description()
        let added = try single.addedTokens()
        switch kind {
        case .rebuilt(let rebuilt):
            let specials = try SpecialTokens(
                files: files, settings: settings, single: added, defaults: rebuilt.defaults)
            description.added = specials.list(after: [])
            try rebuilt.build(&description, settings, at: files.path(TokenizerFiles.single))
            finish(&description, specials, settings)
            if rebuilt.ignoresFrame { return description }
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

    /// The tokens around a text that the settings ask for.
    private static func frame(
        _ description: inout TokenizerDescription, _ specials: SpecialTokens, _ settings: JSONObject
    ) {
        if settings["add_bos_token"]?.bool == true, let bos = specials.content("bos_token") {
            description.before = [.symbol(bos)]
        }
        if settings["add_eos_token"]?.bool == true, let eos = specials.content("eos_token") {
            description.after = [.symbol(eos)]
        }
    }

    private static func make(_ description: TokenizerDescription, at place: String) throws -> Tokenizer {
        do throws(Failure) {
            return try Tokenizer(description)
        } catch {
            throw error.located(at: place)
        }
    }
}
