import Yams

/// Keeps canonically equivalent spellings apart in YAML.
///
/// The YAML library compares keys as Swift's strings, to which `é` in one scalar and in two is one key that stands
/// twice. Before the library reads a text, a combining grapheme joiner (U+034F) is put before every scalar that
/// normalisation could change, which makes the two spellings different texts; it is taken out of what was read.
enum ExactYAML {
    private static let joiner: Unicode.Scalar = "\u{34F}"

    /// - Returns: nil where nothing has to be done.
    static func guarded(_ yaml: String) -> String? {
        // Below U+0300, whose first byte is CC, nothing is changeable, unless an escape means it.
        guard yaml.utf8.contains(where: { $0 >= 0xCC || $0 == UInt8(ascii: "\\") }) else { return nil }
        var result = String.UnicodeScalarView()
        var rest = yaml.unicodeScalars[...]
        var isChanged = false
        while let scalar = rest.first {
            let (written, meant) = element(of: rest)
            if meant.map(isChangeable) == true {
                result.append(joiner)
                isChanged = true
            }
            // An escaped backslash begins no escape.
            let count = scalar == "\\" ? max(2, written) : written
            // One by one: appending a sequence would copy the whole result each time.
            for scalar in rest.prefix(count) { result.append(scalar) }
            rest = rest.dropFirst(count)
        }
        return isChanged ? String(result) : nil
    }

    /// How many scalars of the text are written for the next one that is meant: one, or those of an escape such as
    /// `\u0301`. Where escapes count for nothing, the joiner before one is taken out again like any other.
    private static func element(of text: Substring.UnicodeScalarView) -> (written: Int, meant: Unicode.Scalar?) {
        guard text.first == "\\", let kind = text.dropFirst().first, let digits = ["x": 2, "u": 4, "U": 8][kind] else {
            return (1, text.first)
        }
        let hexadecimal = text.dropFirst(2).prefix(digits)
        guard hexadecimal.count == digits, let code = UInt32(String(hexadecimal), radix: 16) else {
            return (1, text.first)
        }
        return (2 + digits, Unicode.Scalar(code))
    }

    /// Marks and the Korean letters that join others, scalars that stand for another one, and the joiner itself.
    private static func isChangeable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x300 { return false }
        if scalar == joiner || scalar.properties.canonicalCombiningClass != .notReordered { return true }
        if (0x1160...0x11FF).contains(scalar.value) { return true }
        // Vowel signs that join the letter before them, and scalars that are another one by a second name, as the
        // Ångström sign.
        return scalar.properties.generalCategory == .spacingMark || scalar.properties.isFullCompositionExclusion
    }

    /// A node as it would have been read without the joiners.
    static func restored(_ node: Node) -> Node {
        switch node {
        case .scalar(let scalar):
            let text = restored(scalar.string)
            return .scalar(Node.Scalar(text, scalar.tag, scalar.style, scalar.mark, scalar.anchor))
        case .sequence(let sequence):
            return .sequence(
                Node.Sequence(sequence.map(restored), sequence.tag, sequence.style, sequence.mark, sequence.anchor))
        case .mapping(let mapping):
            let pairs = mapping.map { (restored($0.key), restored($0.value)) }
            return .mapping(Node.Mapping(pairs, mapping.tag, mapping.style, mapping.mark, mapping.anchor))
        case .alias: return node
        }
    }

    private static func restored(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var isGuarded = false
        for scalar in text.unicodeScalars {
            if scalar == joiner, !isGuarded {
                isGuarded = true
                continue
            }
            isGuarded = false
            result.append(scalar)
        }
        return String(result)
    }
}
