import Basics
import LanguageModels

extension Continuation {
    /// A context and what is to follow it, in tokens, as the Language Model Evaluation Harness pairs them.
    ///
    /// White space at the end of the context belongs to what follows; the two are encoded as one text, and what follows
    /// is what the context's own tokens leave over. Before a text without context stands the end-of-text token.
    ///
    /// - Throws: `.badData` at `place` where nothing could be asked.
    static func harness(
        _ context: String, _ following: String, student: Student, at place: String
    ) throws(Failure) -> Continuation {
        var own = context.unicodeScalars
        while let last = own.last, last.properties.isWhitespace { own.removeLast() }
        let whole = try student.tokenizer.tokens(of: context + following)
        guard !own.isEmpty else {
            guard let end = student.endOfText else {
                throw Failure(
                    .badData, "the passage is one word, and the student has no end-of-text token to stand before it",
                    at: place)
            }
            return whole.first == end
                ? Continuation(context: [end], tokens: Array(whole.dropFirst()))
                : Continuation(context: [end], tokens: whole)
        }
        let ids = try student.tokenizer.tokens(of: String(own))
        return Continuation(context: ids, tokens: Array(whole.dropFirst(ids.count)))
    }
}
