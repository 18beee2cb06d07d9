import Basics
import Foundation
import InjectionSettings

/// Windows of a text file, streamed; after the last the first comes again.
///
/// `stream` windows follow each other through all tokens of the file, an end-of-text token after every document (plain
/// text is one document). `first` windows are the first tokens of each document, a line of plain text being one.
public struct TextFile: TextSource {
    private var blocks: TextBlocks
    private let tokenizer: any StudentTokenizer
    private let length: Int
    private let windows: Settings.Text.Windows
    /// The block that the next token is in, its tokens, and where it begins.
    private var block: [Int32] = []
    private var blockOffset = 0
    private var used = 0
    private var pass = 0
    /// Whether this pass, or one before, has given any token.
    private var hasText = false

    /// - Throws: `.notFound` for a file that is missing, `.badData` for one without text.
    public init(
        _ url: URL, tokenizer: any StudentTokenizer, tokens: Int, windows: Settings.Text.Windows = .stream,
        format: TextFormat = .auto
    ) throws {
        precondition(tokens > 0, "a window has at least one token")
        blocks = try TextBlocks(url, format: format, perLine: windows == .first)
        (self.tokenizer, length, self.windows) = (tokenizer, tokens, windows)
        // Read the first block now: a file without text is refused before anything else is begun.
        try refill()
    }

    public var url: URL { blocks.url }

    public var position: TextPosition { TextPosition(pass: pass, offset: blockOffset, tokens: used) }

    public mutating func seek(to position: TextPosition) throws {
        try blocks.seek(to: position.offset)
        (block, blockOffset, used, pass) = ([], position.offset, 0, position.pass)
        guard position.tokens > 0 else { return }
        try refill()
        guard position.tokens <= block.count, pass == position.pass else {
            throw Failure(
                .badData, "the text is not what it was when the position was saved", at: blocks.url.path)
        }
        used = position.tokens
    }

    public mutating func next() throws -> [Int32] {
        if windows == .first {
            // A document of one token has nothing to predict.
            repeat { try refill() } while block.count < 2
            used = block.count
            return Array(block.prefix(length))
        }
        var window: [Int32] = []
        window.reserveCapacity(length)
        while window.count < length {
            if used == block.count { try refill() }
            let taken = min(length - window.count, block.count - used)
            window += block[used..<used + taken]
            used += taken
        }
        return window
    }

    /// Reads the next block with tokens in it, from the beginning again after the end.
    private mutating func refill() throws {
        // `first` refills before it gives a window out: what was read ahead by `init` is not lost.
        if windows == .first, used == 0, block.count > 1 { return }
        var passes = 0
        while true {
            if let next = try blocks.next() {
                block = try tokenizer.tokens(of: next.text)
                if windows == .stream, next.endsDocument, let end = tokenizer.endOfText { block.append(end) }
                (blockOffset, used) = (next.offset, 0)
                let minimum = windows == .first ? 2 : 1
                if block.count >= minimum {
                    hasText = true
                    return
                }
            } else {
                passes += 1
                guard hasText, passes < 2 else {
                    throw Failure(
                        .badData, "the file holds no text", at: blocks.url.path,
                        remedy: "Plain text, or JSON lines with a field \"text\".")
                }
                pass += 1
                try blocks.seek(to: 0)
            }
        }
    }
}
