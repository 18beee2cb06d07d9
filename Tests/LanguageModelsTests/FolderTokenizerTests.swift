import BasicTestSupport
import Basics
import Foundation
import LanguageModels
import Testing

/// Tokenizers of folders of many shapes against `transformers`: the expected numbers are of
/// `Goldens/tokenizer_folders.py`.
@Suite struct FolderTokenizerTests {
    private static let cases = Result {
        try #require(JSONFile.read(resource("Goldens/tokenizer_folders.json")).array)
    }

    /// Writes a case's folder: the 256 bytes, `ab`, `Ġab`, the end of text, and the case's own symbols.
    private func write(_ item: JSONValue, to folder: URL) throws {
        let without = Set(item["without"]?.array?.compactMap(\.integer) ?? [])
        var symbols = (0...255).map { without.contains($0) ? "<no \($0)>" : ByteAlphabet.symbol([UInt8($0)]) }
        symbols += ["ab", "Ġab", Tokenizer.endOfTextSymbol] + (item["symbols"]?.array?.compactMap(\.string) ?? [])
        let vocabulary = JSONValue.object(JSONObject(symbols.enumerated().map { ($1, .integer($0)) }))
        try JSONFile.write(["model_type": "gpt2"], to: folder.appendingPathComponent("config.json"))
        try JSONFile.write(vocabulary, to: folder.appendingPathComponent("vocab.json"))
        try Data("#version: 0.2\r\na b\r\nĠ ab\r\n".utf8).write(to: folder.appendingPathComponent("merges.txt"))
        for (key, name) in [
            ("settings", "tokenizer_config.json"), ("specials", "special_tokens_map.json"),
            ("added", "added_tokens.json"),
        ] {
            if let content = item[key], content != .null {
                try JSONFile.write(content, to: folder.appendingPathComponent(name))
            }
        }
        guard var single = item["single"]?.object, var model = single["model"]?.object else { return }
        model["vocab"] = vocabulary
        model["merges"] = [["a", "b"], ["Ġ", "ab"]]
        single["model"] = .object(model)
        try JSONFile.write(.object(single), to: folder.appendingPathComponent("tokenizer.json"))
    }

    private func compare(_ tokenizer: Tokenizer, _ item: JSONValue, _ name: String) throws {
        for text in item["texts"]?.array ?? [] {
            let ids = try #require(text["ids"]?.array).map { Int32($0.integer ?? -1) }
            let content = try #require(text["text"]?.string)
            #expect(tokenizer.encode(content, framed: true) == ids, "\(name): \(content.debugDescription)")
        }
        #expect(tokenizer.endOfText.map(Int.init) == item["end"]?.integer, "\(name)")
    }

    @Test func idsAreThePeers() throws {
        let cases = try Self.cases.get()
        #expect(cases.count > 20)
        for item in cases {
            let name = item["name"]?.string ?? ""
            try withFolder { folder in
                try write(item, to: folder)
                try compare(Tokenizer.load(folder), item, name)
            }
        }
    }

    /// A saved folder is the same tokenizer, file by file, and so is one that was edited but for the merges.
    @Test func savedFoldersAreTheFolders() throws {
        for item in try Self.cases.get() {
            let name = item["name"]?.string ?? ""
            try withFolder { outer in
                let (folder, copy) = (outer.appendingPathComponent("a"), outer.appendingPathComponent("b"))
                for place in [folder, copy] {
                    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
                }
                try write(item, to: folder)
                let tokenizer = try Tokenizer.load(folder)
                try tokenizer.save(to: copy)
                for file in try FileManager.default.contentsOfDirectory(atPath: copy.path) {
                    let (old, new) = (folder.appendingPathComponent(file), copy.appendingPathComponent(file))
                    // What the folder had not is made for it.
                    guard FileManager.default.fileExists(atPath: old.path) else { continue }
                    #expect(try Data(contentsOf: old) == Data(contentsOf: new), "\(name): \(file)")
                }
                try JSONFile.write(["model_type": "gpt2"], to: copy.appendingPathComponent("config.json"))
                try compare(Tokenizer.load(copy), item, "saved: " + name)
                let edited = tokenizer.removingMerges { $0 == " " && $1 == "ab" }
                try edited.save(to: copy)
                let read = try Tokenizer.load(copy)
                #expect(read.symbols == edited.symbols && read.endOfText == edited.endOfText, "\(name)")
                for text in ["ab ab<|endoftext|>", "xy <pad> é"] {
                    #expect(read.encode(text) == edited.encode(text), "\(name)")
                }
            }
        }
    }

    /// What cannot be honoured is refused, and the message names it.
    @Test(arguments: [
        (["model", "dropout"], "0.5", "dropout"), (["model", "type"], "\"WordPiece\"", "WordPiece"),
        (["model", "continuing_subword_prefix"], "\"##\"", "continuing_subword_prefix"),
        (["model", "end_of_word_suffix"], "\"</w>\"", "end_of_word_suffix"),
        (["normalizer"], #"{"type": "StripAccents"}"#, "StripAccents"),
        (["pre_tokenizer"], #"{"type": "Whitespace"}"#, "Whitespace"),
        (
            ["pre_tokenizer"], #"{"type": "Sequence", "pretokenizers": [{"type": "Digits"}, {"type": "ByteLevel"}]}"#,
            "Digits"
        ),
        (["post_processor"], #"{"type": "Unheard"}"#, "Unheard"),
        (["added_tokens"], #"[{"content": "x", "id": 1, "lstrip": 3}]"#, "lstrip"),
        (["added_tokens"], #"[{"content": "x"}]"#, "no id"),
    ])
    func whatIsNotSupportedIsNamed(path: [String], value: String, name: String) throws {
        try withFolder { folder in
            try write(
                ["single": ["model": [:], "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false]]],
                to: folder)
            try JSONFile.write(
                ["tokenizer_class": "PreTrainedTokenizerFast"],
                to: folder.appendingPathComponent("tokenizer_config.json"))
            let file = folder.appendingPathComponent("tokenizer.json")
            var root = try JSONFile.readObject(file)
            let new = try JSONParser.parse(value)
            if path.count == 1 {
                root[path[0]] = new
            } else {
                var inner = try #require(root[path[0]]?.object)
                inner[path[1]] = new
                root[path[0]] = .object(inner)
            }
            try JSONFile.write(.object(root), to: file)
            let failure = try #require(failure { _ = try Tokenizer.load(folder) })
            #expect(failure.kind == .badData && failure.message.contains(name), "\(failure)")
        }
    }

    /// What is listed in the place of tokens, or named, has to be tokens.
    @Test(arguments: [
        ("{\"extra_special_tokens\": {\"image_token\": null}}", "image_token"),
        ("{\"extra_special_tokens\": \"<s>\"}", "extra_special_tokens is a string"),
        ("{\"additional_special_tokens\": \"<s>\"}", "additional_special_tokens is a string"),
        ("{\"extra_special_tokens\": [3]}", "extra_special_tokens"),
        (
            "{\"extra_special_tokens\": {\"a\": \"<s>\"}, \"additional_special_tokens\": 3}",
            "additional_special_tokens is a number"
        ),
    ])
    func whatIsNoTokenIsNamed(settings: String, message: String) throws {
        try withFolder { folder in
            try write([:], to: folder)
            try Data(settings.utf8).write(to: folder.appendingPathComponent("tokenizer_config.json"))
            let failure = try #require(failure { _ = try Tokenizer.load(folder) })
            #expect(failure.kind == .badData && failure.message.contains(message), "\(failure)")
            #expect(failure.location?.hasSuffix("tokenizer_config.json") == true)
        }
    }

    @Test func otherClassesAreNamed() throws {
        try withFolder { folder in
            try write([:], to: folder)
            try JSONFile.write(
                ["tokenizer_class": "RobertaTokenizer"], to: folder.appendingPathComponent("tokenizer_config.json"))
            #expect(failure { _ = try Tokenizer.load(folder) }?.message.contains("RobertaTokenizer") == true)
        }
    }
}
