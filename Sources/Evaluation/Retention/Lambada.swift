import Basics
import Foundation
import LanguageModels

/// LAMBADA (Paperno et al. 2016) in OpenAI's file, JSON lines `{"text": "..."}`, or an array of such objects: can the
/// student say the last word?
///
/// * paper: the last token of each line, as the paper's authors have it.
/// * lm-eval: all tokens of the last word, as the Language Model Evaluation Harness has it: what follows the last blank
///   (U+0020) of the text as it stands, punctuation included, or all of a text without a blank.
package enum Lambada {
    package struct Passage {
        package var text: String
        /// `file:line`, or `file, element n`.
        var place: String
    }

    /// - Throws: `.notFound`, or `.badData` at its place for the first document that is no passage.
    package static func passages(in file: URL) throws -> [Passage] {
        var documents = try JSONDocuments(file)
        var passages: [Passage] = []
        while let document = try documents.next() {
            guard let text = document.value["text"]?.string else {
                throw Failure(
                    .badData, "the passage has no text in a field \"text\"", at: document.place, remedy: remedy)
            }
            guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
                throw Failure(.badData, "the passage has no word", at: document.place, remedy: remedy)
            }
            passages.append(Passage(text: text, place: document.place))
        }
        guard !passages.isEmpty else {
            throw Failure(.badData, "the file holds no passages", at: file.path, remedy: remedy)
        }
        return passages
    }

    private static let remedy = #"OpenAI's lambada_test.jsonl has one passage a line: {"text": "..."}"#

    static func accuracy(_ passages: [Passage], student: Student, protocol kind: RetentionProtocol) throws -> Retained {
        let continuations = try passages.map { try continuation(of: $0, student: student, protocol: kind) }
        let scores = try ContinuationScore.measure(continuations, student: student)
        return Retained(
            proportion: Proportion(scores.count { $0.isGreedy }, of: scores.count), cut: scores.count { $0.isCut })
    }

    package static func continuation(
        of passage: Passage, student: Student, protocol kind: RetentionProtocol
    ) throws -> Continuation {
        if kind == .paper {
            let ids = try student.tokenizer.tokens(of: passage.text.trimmingCharacters(in: .whitespacesAndNewlines))
            guard ids.count > 1 else {
                throw Failure(
                    .badData, "the passage has one token, and nothing before it", at: passage.place, remedy: remedy)
            }
            return Continuation(context: ids.dropLast(), tokens: [ids[ids.count - 1]])
        }
        let text = passage.text.unicodeScalars
        let blank = text.lastIndex(of: " ")
        return try Continuation.harness(
            blank.map { String(text[..<$0]) } ?? "",
            " " + String(blank.map { text[text.index(after: $0)...] } ?? text[...]),
            student: student, at: passage.place)
    }
}
