import RASP

/// Divides a source text into tokens. Never fails: what starts no token is reported and passed over.
///
/// `//` begins a comment. A line that begins with `#pragma` or `#import` is a directive; any other `#` counts.
struct Lexer {
    private let file: SourceFile
    private let bytes: [UInt8]
    private var offset = 0
    /// How many brackets are open: inside them a line's end is white space.
    private var depth = 0
    private(set) var tokens: [Token] = []
    private(set) var directives: [Comment] = []
    private(set) var diagnostics: [Diagnostic] = []

    private static let spellings = Symbol.spellings.map { (bytes: Array($0.text.utf8), symbol: $0.symbol) }

    init(_ file: SourceFile) {
        self.file = file
        bytes = file.bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
        while offset < bytes.count { step() }
        tokens.append(Token(kind: .endOfFile, range: bytes.count..<bytes.count))
    }

    private mutating func step() {
        let start = offset
        switch bytes[offset] {
        case 32, 9: offset += 1
        case 10, 13:
            offset += 1
            endLine(start)
        case UInt8(ascii: "\""): string()
        case UInt8(ascii: "/") where bytes[offset...].starts(with: Array("//".utf8)): offset = endOfLine
        case UInt8(ascii: "#") where isDirective:
            offset = endOfLine
            directives.append(
                Comment(range: start..<offset, nextToken: tokens.count, isTopLevel: true, standsAlone: true))
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            offset = bytes[offset...].firstIndex { !Self.isDigit($0) } ?? bytes.count
            emit(.integer, from: start)
        case let byte where Self.isLetter(byte):
            offset = bytes[offset...].firstIndex { !Self.isLetter($0) && !Self.isDigit($0) } ?? bytes.count
            emit(Symbol.words[file.text(start..<offset)].map { .symbol($0) } ?? .name, from: start)
        default: symbol()
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
    }
    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private var endOfLine: Int { bytes[offset...].firstIndex { $0 == 10 || $0 == 13 } ?? bytes.count }

    /// Whether a `#` at the offset begins a directive: first on its line, with the directive's word right behind it.
    private var isDirective: Bool {
        var before = offset
        while before > 0, bytes[before - 1] == 32 || bytes[before - 1] == 9 { before -= 1 }
        let isMarked = before == 3 && bytes[0] == 0xEF
        guard before == 0 || isMarked || bytes[before - 1] == 10 || bytes[before - 1] == 13 else { return false }
        return ["#pragma", "#import"].contains { word in
            let end = offset + word.utf8.count
            return bytes[offset...].starts(with: Array(word.utf8)) && (end >= bytes.count || bytes[end] <= 32)
        }
    }

    private mutating func emit(_ kind: Token.Kind, from start: Int) {
        tokens.append(Token(kind: kind, range: start..<offset))
    }

    /// A line's end ends a definition, unless a bracket is open or an operand is still to come.
    private mutating func endLine(_ start: Int) {
        guard depth == 0, let last = tokens.last, last.kind != .lineEnd else { return }
        if case .symbol(let symbol) = last.kind, symbol.wantsOperand { return }
        emit(.lineEnd, from: start)
    }

    private mutating func report(_ message: String, from start: Int) {
        // A file of garbage needs no message for every byte.
        guard diagnostics.count < 100 else { return }
        diagnostics.append(Diagnostic(.error, .lexical, message, at: SourceSpan(file: file, range: start..<offset)))
    }

    private mutating func string() {
        let start = offset
        offset += 1
        while offset < bytes.count, ![UInt8(ascii: "\""), 10, 13].contains(bytes[offset]) { offset += 1 }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") {
            offset += 1
        } else {
            report("the string is not closed on its line", from: start)
        }
        emit(.string, from: start)
    }

    private mutating func symbol() {
        let start = offset
        if let (spelling, symbol) = Self.spellings.first(where: { bytes[offset...].starts(with: $0.bytes) }) {
            offset += spelling.count
            switch symbol {
            case .open, .openBracket: depth += 1
            case .close, .closeBracket: depth = max(0, depth - 1)
            default: break
            }
            emit(.symbol(symbol), from: start)
            return
        }
        // One message for a run of bytes that start no token.
        repeat { offset += 1 } while offset < bytes.count && bytes[offset] & 0xC0 == 0x80
        report("\(VisibleText.quoted(file.text(start..<offset))) starts no token", from: start)
    }
}
