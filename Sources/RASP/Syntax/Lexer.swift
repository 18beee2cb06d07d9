/// Divides a source text into tokens. Never fails: what starts no token is reported and passed over.
struct Lexer {
    private let file: SourceFile
    private let bytes: [UInt8]
    private var offset = 0
    private var braceDepth = 0
    private(set) var tokens: [Token] = []
    private(set) var comments: [Comment] = []
    private(set) var diagnostics: [Diagnostic] = []

    init(_ file: SourceFile) {
        self.file = file
        bytes = file.bytes
        run()
    }

    private mutating func run() {
        // A byte order mark is no part of the program.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
        while offset < bytes.count {
            let byte = bytes[offset]
            switch byte {
            case 32, 9, 10, 13: offset += 1
            case UInt8(ascii: "#"): comment()
            case UInt8(ascii: "\""): string(closing: byte)
            case UInt8(ascii: "'"): foreignString()
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number()
            case _ where Self.isLetter(byte): word()
            default: symbol()
            }
        }
        tokens.append(Token(kind: .endOfFile, range: bytes.count..<bytes.count))
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
    }
    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private func span(_ range: Range<Int>) -> SourceSpan { SourceSpan(file: file, range: range) }

    private mutating func emit(_ kind: Token.Kind, from start: Int) {
        tokens.append(Token(kind: kind, range: start..<offset))
    }

    private mutating func report(_ message: String, from start: Int, fix: (String, String)? = nil) {
        // A file of garbage needs no message for every byte.
        guard diagnostics.count < 100 else { return }
        let place = span(start..<offset)
        diagnostics.append(
            Diagnostic(
                .error, .lexical, message, at: place,
                fixIt: fix.map { Diagnostic.FixIt($0.0, span: place, replacement: $0.1) }))
    }

    private mutating func comment() {
        let start = offset
        while offset < bytes.count, bytes[offset] != 10, bytes[offset] != 13 { offset += 1 }
        var before = start
        while before > 0, bytes[before - 1] == 32 || bytes[before - 1] == 9 { before -= 1 }
        comments.append(
            Comment(
                range: start..<offset, nextToken: tokens.count, isTopLevel: braceDepth == 0,
                standsAlone: before == 0 || bytes[before - 1] == 10 || bytes[before - 1] == 13))
    }

    private mutating func string(closing quote: UInt8) {
        let start = offset
        offset += 1
        while offset < bytes.count, bytes[offset] != quote, bytes[offset] != 10, bytes[offset] != 13 { offset += 1 }
        if offset < bytes.count, bytes[offset] == quote {
            offset += 1
        } else {
            report("the string is not closed on its line", from: start)
        }
        emit(.string, from: start)
    }

    private mutating func foreignString() {
        let start = offset
        var end = offset + 1
        while end < bytes.count, bytes[end] != UInt8(ascii: "'"), bytes[end] != 10, bytes[end] != 13 { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "'") else {
            offset += 1
            report("' starts no token; strings stand in double quotes", from: start)
            return
        }
        offset = end + 1
        let text = file.text(start + 1..<end)
        report("strings stand in double quotes", from: start, fix: ("write \"\(text)\"", "\"\(text)\""))
        emit(.string, from: start)
    }

    private mutating func number() {
        let start = offset
        while offset < bytes.count, Self.isDigit(bytes[offset]) { offset += 1 }
        if offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "."), Self.isDigit(bytes[offset + 1]) {
            offset += 1
            while offset < bytes.count, Self.isDigit(bytes[offset]) { offset += 1 }
            _ = exponent()
            emit(.float, from: start)
        } else {
            emit(exponent() ? .float : .integer, from: start)
        }
    }

    /// `e-5` after the digits of a number; e and no digits begin a name.
    private mutating func exponent() -> Bool {
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "e") || bytes[offset] == UInt8(ascii: "E") else {
            return false
        }
        var end = offset + 1
        if end < bytes.count, bytes[end] == UInt8(ascii: "+") || bytes[end] == UInt8(ascii: "-") { end += 1 }
        guard end < bytes.count, Self.isDigit(bytes[end]) else { return false }
        while end < bytes.count, Self.isDigit(bytes[end]) { end += 1 }
        offset = end
        return true
    }

    private mutating func word() {
        let start = offset
        while offset < bytes.count, Self.isLetter(bytes[offset]) || Self.isDigit(bytes[offset]) { offset += 1 }
        if offset - start == 1, bytes[start] == UInt8(ascii: "s"), bytes[offset...].starts(with: Array("-op".utf8)) {
            let after = offset + 3
            if after >= bytes.count || !(Self.isLetter(bytes[after]) || Self.isDigit(bytes[after])) {
                offset = after
                emit(.keyword(.sop), from: start)
                return
            }
        }
        if let keyword = Keyword(rawValue: file.text(start..<offset)) {
            emit(.keyword(keyword), from: start)
        } else {
            emit(.identifier, from: start)
        }
    }

    /// Spellings of other languages, with what stands for them here.
    private static let foreign: [(spelling: String, meaning: Token.Kind?, advice: String, replacement: String?)] = [
        ("&&", .keyword(.and), "write and", "and"), ("||", .keyword(.or), "write or", "or"),
        ("**", .symbol(.power), "write ^", "^"),
        ("+=", nil, "write x = x + ...;", nil), ("-=", nil, "write x = x - ...;", nil),
        ("*=", nil, "write x = x * ...;", nil), ("/=", nil, "write x = x / ...;", nil),
        ("!", .keyword(.not), "write not", "not "), ("&", .keyword(.and), "write and", "and"),
        ("|", .keyword(.or), "write or", "or"), ("~", .keyword(.not), "write not", "not "),
    ]

    private mutating func symbol() {
        let start = offset
        let rest = bytes[offset..<min(offset + 2, bytes.count)]
        // Only ASCII spells a symbol. Swift's `==` would take the Greek question mark (U+037E) for a semicolon.
        for length in [2, 1] where length <= rest.count && rest.prefix(length).allSatisfy({ $0 < 0x80 }) {
            let spelling = String(decoding: rest.prefix(length), as: UTF8.self)
            if let symbol = Symbol(rawValue: spelling) {
                offset += length
                if symbol == .openBrace { braceDepth += 1 }
                if symbol == .closeBrace { braceDepth = max(0, braceDepth - 1) }
                emit(.symbol(symbol), from: start)
                return
            }
            if let (_, meaning, advice, replacement) = Self.foreign.first(where: { $0.spelling == spelling }) {
                offset += length
                report("\(spelling) is no operator of RASP", from: start, fix: (advice, replacement ?? ""))
                if replacement == nil, let last = diagnostics.indices.last {
                    diagnostics[last].fixIt = nil
                    diagnostics[last].notes = [advice]
                }
                if let meaning { emit(meaning, from: start) }
                return
            }
        }
        // One message for a run of bytes that start no token.
        repeat { offset += 1 } while offset < bytes.count && bytes[offset] >= 0x80
        let text = file.text(start..<offset)
        let scalars = text.unicodeScalars.prefix(3).map { "U+" + String($0.value, radix: 16, uppercase: true) }
        let shown = bytes[start] >= 0x20 && bytes[start] != 0x7F ? "\(String(text.prefix(20))) " : ""
        report("\(shown)(\(scalars.joined(separator: " "))) starts no token", from: start)
    }
}
