import Basics
import Foundation

/// The tokenizer of a compiled program's Hugging Face folder (`circuit PROGRAM --output`): every word between blanks is one
/// token of the program, behind tokens that begin each prompt.
///
/// It reads the `tokenizer.json` of a model `WordLevel` that is cut by `WhitespaceSplit` and begun by a
/// `TemplateProcessing`, and nothing else.
package struct WordTokenizer: Sendable {
    private let ids: [ExactString: Int32]
    private let start: [Int32]

    /// - Parameter folder: the model's.
    /// - Returns: nil where its tokenizer is of another kind, or none is there.
    /// - Throws: `.badData` for one of this kind that is not as a compiled program's is.
    package init?(folder: URL) throws(Failure) {
        let file = folder.appendingPathComponent("tokenizer.json")
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        let json = try JSONFile.read(file)
        guard json["model"]?["type"] == "WordLevel" else { return nil }
        func failure(_ what: String) -> Failure {
            Failure(
                .badData, "not the tokenizer of a compiled program: \(what)", at: file.path,
                remedy: "give a folder that circuit PROGRAM --output wrote, or a model with a BPE tokenizer")
        }
        guard json["pre_tokenizer"]?["type"] == "WhitespaceSplit" else { throw failure("it does not split at blanks") }
        guard json["normalizer"].map({ $0 == .null }) ?? true else { throw failure("it changes texts") }
        var ids: [ExactString: Int32] = [:]
        for (word, id) in json["model"]?["vocab"]?.object?.members ?? [] {
            guard let number = id.integer.flatMap(Int32.init(exactly:)), number >= 0 else {
                throw failure("the word '\(word.prefix(40))' has no number")
            }
            ids[ExactString(word)] = number
        }
        var start: [Int32] = []
        let processor = json["post_processor"] ?? .null
        if processor != .null {
            guard processor["type"] == "TemplateProcessing", let parts = processor["single"]?.array,
                parts.last?["Sequence"] != nil
            else { throw failure("something other than a beginning is put to prompts") }
            for part in parts.dropLast() {
                guard let name = part["SpecialToken"]?["id"]?.string,
                    let own = processor["special_tokens"]?[name]?["ids"]?.array
                else { throw failure("the beginning of prompts is not made of tokens") }
                start += own.compactMap { $0.integer.flatMap(Int32.init(exactly:)) }
            }
        }
        (self.ids, self.start) = (ids, start)
    }

    /// - Throws: `.badData` for a word that is none of the program's.
    package func encode(_ text: String) throws(Failure) -> [Int32] {
        var tokens = start
        for word in text.split(whereSeparator: \.isWhitespace) {
            guard let id = ids[ExactString(String(word))] else {
                throw Failure(.badData, "'\(word.prefix(40))' is no word of the program's vocabulary")
            }
            tokens.append(id)
        }
        return tokens
    }
}
