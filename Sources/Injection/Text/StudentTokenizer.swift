import Basics
import LanguageModels

/// What tasks and text streams need of a tokenizer; `LanguageModels.Tokenizer` is one.
public protocol StudentTokenizer: Sendable {
    /// Number of token ids.
    var count: Int { get }
    var endOfText: Int32? { get }
    /// The tokens that stand for text and can be read by the student.
    var ordinary: OrdinaryTokens { get }
    func encode(_ text: String) -> [Int32]
    /// The tokens of a text that goes on where another ended.
    func encode(continuing text: String) -> [Int32]
    func decode(_ ids: [Int32]) -> String
    /// - Throws: `.badData` for a token that the student cannot read.
    func requireReadable(_ ids: [Int32]) throws(Failure)
}

extension StudentTokenizer {
    /// All but the end-of-text token.
    public var ordinary: OrdinaryTokens {
        OrdinaryTokens(of: count, leavingOut: endOfText.map { [$0] } ?? [])
    }

    public func encode(continuing text: String) -> [Int32] { encode(text) }

    public func requireReadable(_ ids: [Int32]) throws(Failure) {}

    /// The tokens of a text that the student is to read.
    ///
    /// - Parameters:
    ///   - text: what the student is to read.
    ///   - continuing: whether it goes on where another text ended, as an answer does after its prompt.
    /// - Throws: `.badData` for a text with a token that it cannot read.
    public func tokens(of text: String, continuing: Bool = false) throws(Failure) -> [Int32] {
        let ids = continuing ? encode(continuing: text) : encode(text)
        try requireReadable(ids)
        return ids
    }
}

extension Tokenizer: StudentTokenizer {
    /// Text as a user or a file gives it: the spelling of a special token is that token, as Hugging Face has it.
    public func encode(_ text: String) -> [Int32] { encode(text, findingSpecials: true) }

    public func encode(continuing text: String) -> [Int32] { encode(text, continuing: true) }
}
