import Foundation
import Serialization

extension Tokenizer {
    /// Limits of the files: GPT-2's own have 1 and 0.5 MB.
    private static let maximumBytes = 64_000_000

    /// Reads the tokenizer of a Hugging Face folder: `tokenizer.json` where there is one (as `transformers` does), else
    /// `vocab.json` and `merges.txt`.
    ///
    /// - Throws: `.notFound` when neither is there; `.badData` when a file is broken, or describes anything but GPT-2's
    ///   byte-level encoding.
    public static func load(_ folder: URL) throws -> Tokenizer {
        let single = folder.appendingPathComponent("tokenizer.json")
        let vocabulary = folder.appendingPathComponent("vocab.json")
        let merges = folder.appendingPathComponent("merges.txt")
        if FileManager.default.fileExists(atPath: single.path) { return try load(tokenizerJSON: single) }
        guard FileManager.default.fileExists(atPath: vocabulary.path) else {
            throw Failure(.notFound, "\(folder.path) holds no tokenizer: neither tokenizer.json nor vocab.json")
        }
        return try load(vocabulary: vocabulary, merges: merges)
    }

    /// Reads `vocab.json` (symbol to number) and `merges.txt` (a pair of symbols a line, in order of rank).
    public static func load(vocabulary: URL, merges: URL) throws -> Tokenizer {
        let map = try JSONFile.readObject(vocabulary, maximumBytes: maximumBytes)
        let symbols = try symbols(map, added: [], at: vocabulary.path)
        let pairs = try readMerges(merges)
        let specials = map[endOfTextSymbol] == nil ? [] : [endOfTextSymbol]
        return try make(symbols, pairs, specials, at: vocabulary.deletingLastPathComponent().path)
    }

    private static func make(
        _ symbols: [String], _ merges: [(String, String)], _ specials: [String], at place: String
    ) throws -> Tokenizer {
        do throws(Failure) {
            return try Tokenizer(symbols: symbols, merges: merges, specials: specials)
        } catch {
            throw error.located(at: place)
        }
    }

    /// The vocabulary by number; numbers run from 0 without gaps.
    private static func symbols(
        _ map: JSONObject, added: [(symbol: String, id: Int)], at place: String
    ) throws(Failure) -> [String] {
        var members: [(String, Int)] = []
        for (symbol, value) in map.members {
            guard case .integer(let id) = value else {
                throw Failure(.badData, "token \(quoted(symbol)) has \(value.kind) for its number", at: place)
            }
            members.append((symbol, id))
        }
        for (symbol, id) in added {
            guard let known = map[symbol] else {
                members.append((symbol, id))
                continue
            }
            guard known.integer == id else {
                throw Failure(.badData, "token \(quoted(symbol)) has two numbers", at: place)
            }
        }
        var symbols = [String?](repeating: nil, count: members.count)
        for (symbol, id) in members {
            guard symbols.indices.contains(id) else {
                throw Failure(
                    .badData, "token \(quoted(symbol)) has number \(id), and the \(members.count) tokens are numbered from 0",
                    at: place)
            }
            guard symbols[id] == nil else { throw Failure(.badData, "the number \(id) stands for two tokens", at: place) }
            symbols[id] = symbol
        }
        return symbols.compactMap { $0 }
    }

    private static func readMerges(_ url: URL) throws(Failure) -> [(String, String)] {
        let file = try MappedFile(contentsOf: url)
        guard file.bytes.count <= maximumBytes else {
            throw Failure(.badData, "the file has \(file.bytes.count) bytes, more than \(maximumBytes)", at: url.path)
        }
        guard let text = String(validating: file.bytes, as: UTF8.self) else {
            throw Failure(.badData, "the file is not valid UTF-8", at: url.path)
        }
        var pairs: [(String, String)] = []
        for (number, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if line.isEmpty || line.starts(with: "#version".utf8) { continue }
            let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, let left = String(parts[0]),
                let right = String(parts[1])
            else {
                throw Failure(.badData, "the line is not two symbols with a space between", at: "\(url.path):\(number + 1)")
            }
            pairs.append((left, right))
        }
        return pairs
    }

    /// Reads the `tokenizers` library's format, where it describes GPT-2's kind of tokenizer.
    public static func load(tokenizerJSON url: URL) throws -> Tokenizer {
        let root = try JSONFile.readObject(url, maximumBytes: maximumBytes)
        func refuse(_ reason: String) -> Failure {
            Failure(.badData, "not a tokenizer of GPT-2's kind: \(reason)", at: url.path)
        }
        guard let model = root["model"]?.object else { throw refuse("it has no model") }
        // Older files leave the type out.
        guard (model["type"] ?? "BPE").string == "BPE" else { throw refuse("its model is not BPE") }
        for key in ["dropout", "continuing_subword_prefix", "end_of_word_suffix"] {
            guard isUnset(model[key]) else { throw refuse("its model sets \(key)") }
        }
        for key in ["byte_fallback", "ignore_merges"] where model[key]?.bool == true {
            throw refuse("its model sets \(key)")
        }
        guard isUnset(root["normalizer"]) else { throw refuse("it has a normalizer") }
        let splitter = root["pre_tokenizer"]?.object
        guard splitter?["type"]?.string == "ByteLevel" else { throw refuse("its pre_tokenizer is not ByteLevel") }
        guard splitter?["add_prefix_space"]?.bool != true else { throw refuse("it adds a space before every text") }
        guard splitter?["use_regex"]?.bool != false else { throw refuse("its pre_tokenizer does not split words") }
        guard let vocabulary = model["vocab"]?.object else { throw refuse("its model has no vocab") }
        guard let list = model["merges"]?.array else { throw refuse("its model has no merges") }
        var merges: [(String, String)] = []
        merges.reserveCapacity(list.count)
        for (index, item) in list.enumerated() {
            let parts = item.array?.compactMap(\.string) ?? item.string?.split(separator: " ").map(String.init) ?? []
            guard parts.count == 2 else { throw refuse("merge \(index) is not two symbols") }
            merges.append((parts[0], parts[1]))
        }
        var added: [(symbol: String, id: Int)] = []
        for item in root["added_tokens"]?.array ?? [] {
            guard let symbol = item["content"]?.string, !symbol.isEmpty, let id = item["id"]?.integer else {
                throw refuse("an added token has no content or no id")
            }
            for key in ["lstrip", "rstrip", "single_word"] where item[key]?.bool == true {
                throw refuse("the added token \(quoted(symbol)) sets \(key)")
            }
            added.append((symbol, id))
        }
        return try make(symbols(vocabulary, added: added, at: url.path), merges, added.map(\.symbol), at: url.path)
    }

    private static func isUnset(_ value: JSONValue?) -> Bool { value == nil || value == .null || value == "" }
}
