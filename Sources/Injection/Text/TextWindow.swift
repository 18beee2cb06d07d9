import Serialization

/// Plain text for the KL term and for perplexity: windows of a fixed number of tokens, one after another.
///
/// A source's `position` is small and `Codable`; a stream made anew and moved to a saved position goes on with the same
/// windows.
public protocol TextSource {
    /// The next window: `text.tokens` tokens, or fewer where a document is shorter and windows do not run on.
    mutating func next() throws -> [Int32]
    var position: TextPosition { get }
    mutating func seek(to position: TextPosition) throws
}

/// Where a text source goes on.
public struct TextPosition: Codable, Sendable, Equatable {
    /// Passes through the whole source that are over.
    public var pass = 0
    /// Byte at which the block that holds the next token begins; for sampled text, the window's index.
    public var offset = 0
    /// Tokens of that block that have been given out.
    public var tokens = 0

    public init(pass: Int = 0, offset: Int = 0, tokens: Int = 0) {
        (self.pass, self.offset, self.tokens) = (pass, offset, tokens)
    }
}
