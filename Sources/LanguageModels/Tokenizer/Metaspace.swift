import Basics

/// How SentencePiece's vocabularies write spaces: as a visible character, and one more before a text.
struct Metaspace: Sendable {
    /// Where a space is put that the text does not have.
    enum Prefix: String, Sendable {
        /// Before the text, and before what follows an added token.
        case always
        /// Before the text.
        case first
        case never
    }

    static let mark: Unicode.Scalar = "\u{2581}"
    var prefix: Prefix
    /// Whether every mark begins a word, or all is one word.
    var splits: Bool

    /// - Parameter isStart: Whether the part is the beginning of a text.
    func mark(_ part: UnsafeBufferPointer<UInt8>, isStart: Bool, continuing: Bool) -> [UInt8] {
        let mark = Array(String(Self.mark).utf8)
        var marked: [UInt8] = []
        marked.reserveCapacity(part.count + mark.count)
        for byte in part { if byte == UInt8(ascii: " ") { marked += mark } else { marked.append(byte) } }
        let isPrefixed =
            switch prefix {
            case .always: !continuing
            case .first: isStart && !continuing
            case .never: false
            }
        return isPrefixed && !marked.starts(with: mark) ? mark + marked : marked
    }

    /// Calls the body with the range of bytes of each word.
    func forEachWord(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
        let mark = Array(String(Self.mark).utf8)
        var start = 0
        if splits {
            for index in bytes.indices where index > start && bytes[index...].starts(with: mark) {
                body(start..<index)
                start = index
            }
        }
        if start < bytes.count { body(start..<bytes.count) }
    }

    /// - Throws: `.badData` naming a way to put spaces that is not known.
    init(_ json: JSONValue, at place: String) throws(Failure) {
        let replacement = json["replacement"]?.string ?? String(Self.mark)
        guard replacement.hasSameBytes(as: String(Self.mark)) else {
            throw Failure(
                .badData, "the tokenizer writes spaces as \(quoted(replacement)), and not as U+2581", at: place)
        }
        // Older files have a truth value in place of the scheme.
        let name = json["prepend_scheme"]?.string ?? (json["add_prefix_space"]?.bool == false ? "never" : "always")
        guard let prefix = Prefix(rawValue: name) else {
            throw Failure(.badData, "the tokenizer's prepend_scheme is \(quoted(name)), which is not known", at: place)
        }
        self.init(prefix: prefix, splits: json["split"]?.bool ?? true)
    }

    init(prefix: Prefix, splits: Bool) { (self.prefix, self.splits) = (prefix, splits) }
}
