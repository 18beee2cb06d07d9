/// How Python's `repr` spells a string: lists and dictionaries are displayed so.
///
/// Decided code point by code point. Swift's characters would join a quote or a backslash to a combining mark behind
/// it, and it would go unescaped.
enum PythonLiteral {
    static func text(of value: String) -> String {
        let scalars = value.unicodeScalars
        let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
        var literal = String.UnicodeScalarView([quote])
        for scalar in scalars {
            switch scalar {
            case "\\", quote: literal.append(contentsOf: ["\\", scalar])
            case _ where isPrintable(scalar): literal.append(scalar)
            default: literal.append(contentsOf: escape(scalar).unicodeScalars)
            }
        }
        literal.append(quote)
        return String(literal)
    }

    /// Python's `str.isprintable`: neither a control, format, private or unassigned code point, nor a separator but the
    /// space.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }

    /// `\r`, `\t`, `\x07`, `\u200d` or `\U000e0001`.
    static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default: break
        }
        let digits = String(scalar.value, radix: 16)
        let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x1_0000 ? ("u", 4) : ("U", 8)
        return "\\\(letter)\(String(repeating: "0", count: width - digits.count))\(digits)"
    }
}
