import Basics

extension Tokenizer {
    /// The same vocabulary, with fewer merges: tokens that only the left-out merges produced do not occur any more in
    /// what `encode` returns, and their rows of the embedding lie unused. No token changes its number.
    ///
    /// - Parameter isRemoved: Is asked about the pieces (texts) on both sides of every merge.
    public func removingMerges(where isRemoved: (_ left: String, _ right: String) -> Bool) -> Tokenizer {
        func text(_ symbol: String) -> String {
            String(decoding: description.alphabet.bytes(symbol), as: UTF8.self)
        }
        var edited = description
        edited.merges.removeAll { isRemoved(text($0.left), text($0.right)) }
        guard edited.merges.count < description.merges.count else { return self }
        edited.isEdited = true
        // Words found whole would come back although nothing merges them.
        edited.ignoresMerges = false
        return Self.valid(edited)
    }

    /// The tokenizer of a model that reads so many tokens.
    ///
    /// A tokenizer may have more of them than its model: padding was added, and the embedding left as it was. No text
    /// that is read uses one; see `requireReadable`.
    ///
    /// - Parameter endOfText: what the model's configuration says, for a tokenizer that says nothing of its own.
    func fitted(rows: Int, endOfText end: Int?) -> Tokenizer {
        let own = endOfText.flatMap { Int($0) < rows ? $0 : nil }
        let resolved = own ?? end.flatMap { symbols.indices.contains($0) && $0 < rows ? Int32($0) : nil }
        guard resolved != endOfText || count > rows || description.rows != nil else { return self }
        var fitted = description
        fitted.rows = rows
        fitted.endOfText = resolved.map { symbols[Int($0)] }
        return Self.valid(fitted)
    }

    /// - Throws: `.badData` for a token that the model has no row for.
    public func requireReadable(_ tokens: [Int32]) throws(Failure) {
        guard let rows = description.rows, count > rows, let token = tokens.first(where: { Int($0) >= rows }) else {
            return
        }
        throw Failure(
            .badData,
            "the text has the token \(quoted(symbols[Int(token)])), number \(token), and the model has an embedding for "
                + "\(rows) tokens only",
            remedy:
                "Leave it out of the text, or resize the model's embedding (resize_token_embeddings of transformers).")
    }

    private static func valid(_ description: TokenizerDescription) -> Tokenizer {
        do {
            return try Tokenizer(description)
        } catch {
            preconditionFailure("a part of a valid tokenizer is valid: \(error)")
        }
    }
}
