import Basics

/// A stretch of plain text in the student's tokens, for L_KL.
package struct TextWindow: Sendable, Equatable {
    /// Read one by one, each from the first position on.
    package var pieces: [[Int32]]
    /// Its number in a fixed set of windows, for which the teacher's activations are kept.
    package var number: Int?
    package var tokenCount: Int { pieces.reduce(0) { $0 + $1.count } }

    package init(pieces: [[Int32]], number: Int?) { (self.pieces, self.number) = (pieces, number) }
}

/// Cuts windows into texts of all lengths.
///
/// A task's prompts are short, and what training on them does to a student it does to other short texts first: to their
/// first tokens, of which a long window has few.
package struct WindowCut: Sendable {
    let pieces: Int
    let seed: Int

    package init(pieces: Int, seed: Int) { (self.pieces, self.seed) = (pieces, seed) }

    /// - Parameters:
    ///   - place: of the window in its source; decides where it is cut.
    ///   - number: see `TextWindow`.
    package func callAsFunction(_ tokens: [Int32], at place: String, number: Int?) -> TextWindow {
        guard pieces > 1, tokens.count > 1 else { return TextWindow(pieces: [tokens], number: number) }
        var random = SeededRandom(seed: seed, stream: "cut/\(place)")
        let cuts = Set((1..<pieces).map { _ in random.integer(in: 1...(tokens.count - 1)) }).sorted()
        let bounds = [0] + cuts + [tokens.count]
        return TextWindow(pieces: zip(bounds, bounds.dropFirst()).map { Array(tokens[$0..<$1]) }, number: number)
    }
}

/// Plain text for the KL term and for perplexity: windows of a fixed number of tokens, one after another.
///
/// A stream made anew and moved to a position that another was at goes on with the same windows.
public protocol TextSource {
    /// The next window: `text.tokens` tokens, or fewer where a document is shorter and windows do not run on.
    mutating func next() throws -> [Int32]
    var position: TextPosition { get }
    mutating func seek(to position: TextPosition) throws
}

/// Where a text source goes on.
public struct TextPosition: Sendable, Equatable {
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
