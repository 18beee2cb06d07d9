/// A text that is equal to another when the two have the same bytes.
///
/// Swift's `String` compares by canonical equivalence: `é` written as one scalar (U+00E9) equals `e` followed by a
/// combining accent (U+0065 U+0301), and the Ångström sign equals `Å`. In a vocabulary, a tensor's name, a file's name
/// or a JSON key the two are different things. This type is the key of every dictionary and set in which they must stay
/// apart.
public struct ExactString: Hashable, Sendable {
    public let text: String

    public init(_ text: some StringProtocol) { self.text = String(text) }

    public static func == (left: ExactString, right: ExactString) -> Bool { left.text.hasSameBytes(as: right.text) }

    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension ExactString: Comparable {
    /// In the order of the bytes, which is that of the scalars' numbers.
    public static func < (left: ExactString, right: ExactString) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

extension ExactString: ExpressibleByStringLiteral, CustomStringConvertible {
    public init(stringLiteral value: String) { text = value }
    public var description: String { text }
}

extension StringProtocol {
    /// Whether the two are the same bytes, and not only canonically equivalent.
    public func hasSameBytes(as other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }
}
