/// Searching and cutting of texts scalar by scalar.
///
/// Swift searches a text character by character, and a character is a scalar with all the marks behind it: `{output}`
/// is not found where an accent follows it, nor the separator before a piece that begins with one. What a user names
/// literally is looked for as it is spelt.
extension String {
    package func begins(with text: String) -> Bool { utf8.starts(with: text.utf8) }

    package func ends(with text: String) -> Bool { utf8.suffix(text.utf8.count).elementsEqual(text.utf8) }

    package func holds(_ text: String) -> Bool { place(of: text, from: startIndex) != nil }

    /// Unchanged where `text` is empty.
    package func replacingAll(_ text: String, with other: String) -> String {
        var (result, rest) = ("", startIndex)
        while !text.isEmpty, let place = place(of: text, from: rest) {
            result += self[rest..<place.lowerBound]
            result += other
            rest = place.upperBound
        }
        return result + self[rest...]
    }

    package func replacingFirst(_ text: String, with other: String) -> String {
        guard let place = place(of: text, from: startIndex) else { return self }
        return String(self[..<place.lowerBound]) + other + self[place.upperBound...]
    }

    /// What stands before the first place of a text, and what behind it; all and nothing where there is no such place.
    package func parted(at text: String) -> (before: String, behind: String) {
        guard let place = place(of: text, from: startIndex) else { return (self, "") }
        return (String(unicodeScalars[..<place.lowerBound]), String(unicodeScalars[place.upperBound...]))
    }

    /// The first place where a text stands. The bytes of a scalar never occur within those of another, so that bytes are
    /// compared, which takes a fraction of the time of comparing scalars.
    private func place(of text: String, from start: Index) -> Range<Index>? {
        guard let first = text.utf8.first else { return start..<start }
        var rest = utf8[start...]
        while let found = rest.firstIndex(of: first) {
            rest = rest[found...]
            if rest.starts(with: text.utf8) { return found..<utf8.index(found, offsetBy: text.utf8.count) }
            rest = rest.dropFirst()
        }
        return nil
    }

    /// The pieces between separators, empty ones included; the single scalars where the separator is empty.
    package func pieces(separatedBy separator: String) -> [String] {
        if separator.isEmpty { return unicodeScalars.map { String($0) } }
        return unicodeScalars.split(separator: separator.unicodeScalars, omittingEmptySubsequences: false).map {
            String($0)
        }
    }

    /// Without white space at either end.
    package var withoutOuterSpace: String {
        let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        let rest = unicodeScalars.drop(while: isSpace)
        guard let last = rest.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(rest[...last])
    }
}
