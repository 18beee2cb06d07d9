import Foundation
import LanguageModels
import Serialization

/// LAMBADA (Paperno et al. 2016) in OpenAI's file, JSON lines `{"text": "..."}`: can the student say the last word?
///
/// * paper: the last token of each line, as the paper's authors have it.
/// * lm-eval: all tokens of the last word, as the Language Model Evaluation Harness has it.
enum Lambada {
    /// - Throws: `.notFound`, or `.badData` at `file:line` for the first line that is no passage.
    static func passages(in file: URL) throws -> [String] {
        var reader = try LineReader(file)
        var passages: [String] = []
        while let line = try reader.next() {
            guard let text = try JSONParser.parse(line.text, name: line.place)["text"]?.string else {
                throw Failure(.badData, "the line has no text in a field \"text\"", at: line.place, remedy: remedy)
            }
            guard text.split(whereSeparator: \.isWhitespace).count > 1 else {
                throw Failure(.badData, "the passage has fewer than two words", at: line.place, remedy: remedy)
            }
            passages.append(text)
        }
        guard !passages.isEmpty else { throw Failure(.badData, "the file holds no passages", at: file.path, remedy: remedy) }
        return passages
    }

    private static let remedy = #"OpenAI's lambada_test.jsonl has one passage a line: {"text": "..."}"#

    static func accuracy(_ passages: [String], student: Student, method: RetentionProtocol) throws -> Proportion {
        let continuations = try passages.compactMap { text -> Continuation? in
            let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
            if method == .paper {
                let ids = try student.tokenizer.tokens(of: text)
                return ids.count > 1 ? Continuation(context: ids.dropLast(), tokens: [ids[ids.count - 1]]) : nil
            }
            guard let space = text.lastIndex(where: \.isWhitespace) else { return nil }
            return Continuation(
                context: try student.tokenizer.tokens(of: String(text[..<space])),
                tokens: try student.tokenizer.tokens(of: " " + text[text.index(after: space)...]))
        }
        let scores = ContinuationScore.measure(continuations, student: student)
        return Proportion(scores.count { $0.isGreedy }, of: scores.count)
    }
}
