import Serialization

extension Tokenizer {
    /// The same vocabulary, with fewer merges: tokens that only the left-out merges produced do not occur any more in
    /// what `encode` returns, and their rows of the embedding lie unused. No token changes its number.
    ///
    /// - Parameter isRemoved: Is asked about the pieces (texts) on both sides of every merge.
    public func removingMerges(where isRemoved: (_ left: String, _ right: String) -> Bool) -> Tokenizer {
        let kept = mergeList.filter { !isRemoved(piece($0.left), piece($0.right)) }
        do {
            return try Tokenizer(
                symbols: symbols, merges: kept.map { (symbols[Int($0.left)], symbols[Int($0.right)]) },
                specials: specials.map { symbols[Int($0)] })
        } catch {
            preconditionFailure("a part of a valid tokenizer is valid: \(error)")
        }
    }

    /// Without the merges that glue two characters of a class: digits, or brackets. A merge of such a character with
    /// others (` ` and `7`) stays.
    public func removingMerges(gluing isInClass: (Unicode.Scalar) -> Bool) -> Tokenizer {
        removingMerges { left, right in
            left.unicodeScalars.contains(where: isInClass) && right.unicodeScalars.contains(where: isInClass)
        }
    }
}
