import Foundation

extension Atom: CustomStringConvertible {
    /// As Python's `str` prints it: `True`, `3`, `0.5`, `1e+16`, strings bare, tuples in parentheses.
    public var description: String {
        switch self {
        case .bool(let value): value ? "True" : "False"
        case .int(let value): String(value)
        case .float(let value): Self.text(of: value)
        case .string(let value): value
        case .tuple(let items):
            "(" + items.map(\.quoted).joined(separator: ", ") + (items.count == 1 ? ",)" : ")")
        }
    }

    /// Like `description`, with strings in single quotes (Python's literal style, its `repr`).
    public var quoted: String {
        if case .string(let value) = self { PythonLiteral.text(of: value) } else { description }
    }

    /// What diagnostics show: the atom with strings in double quotes, as RASP spells them.
    public var described: String {
        guard case .string(let value) = self else { return description }
        // A diagnostic stays readable whatever the value's size.
        return value.unicodeScalars.count > 60
            ? "\"\(String(String.UnicodeScalarView(value.unicodeScalars.prefix(57))))...\"" : "\"\(value)\""
    }

    /// Python's shortest round-trip spelling of a double: `.0` on integral values, exponent form from 1e+16 and
    /// below 1e-4, two exponent digits at least.
    public static func text(of value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        if value == 0 { return value.sign == .minus ? "-0.0" : "0.0" }
        let sign = value < 0 ? "-" : ""
        let (digits, exponent) = shortestDigits(of: value.magnitude)
        if exponent < -4 || exponent >= 16 {
            let fraction = digits.dropFirst()
            let mantissa = String(digits.prefix(1)) + (fraction.isEmpty ? "" : "." + fraction)
            let magnitude = String(abs(exponent))
            return sign + mantissa + (exponent < 0 ? "e-" : "e+") + (magnitude.count < 2 ? "0" : "") + magnitude
        }
        if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
        let whole = digits.prefix(exponent + 1)
        let padded = whole + String(repeating: "0", count: exponent + 1 - whole.count)
        let fraction = digits.dropFirst(exponent + 1)
        return sign + padded + "." + (fraction.isEmpty ? "0" : fraction)
    }

    /// The shortest decimal digits d1 d2 ... that round-trip, and the decimal exponent of d1.
    private static func shortestDigits(of value: Double) -> (digits: String, exponent: Int) {
        // Swift prints the shortest round-trip digits too, only laid out by other rules.
        let text = value.description
        let parts = text.split(separator: "e", maxSplits: 1)
        let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let whole = mantissa[0]
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + whole.count - 1
        var digits = Substring(whole + fraction)
        while digits.count > 1, digits.first == "0" {
            digits = digits.dropFirst()
            exponent -= 1
        }
        while digits.count > 1, digits.last == "0" { digits = digits.dropLast() }
        return (String(digits), exponent)
    }

    /// As the console displays it in a sequence: `T` or `F`, floats rounded to three decimals, strings without quotes.
    public var displayed: String {
        switch self {
        case .bool(let value): value ? "T" : "F"
        case .float(let value): Self.text(of: Self.rounded(value, decimals: 3))
        default: description
        }
    }

    /// As tables and pictures show it: as `displayed`, but of a number below 0.01 three digits are left, so that a small
    /// number does not look like 0.
    public var shown: String {
        guard case .float(let value) = self, value != 0, value.magnitude < 0.01 else { return displayed }
        return Self.text(of: Double(String(format: "%.2e", value)) ?? value)
    }

    /// Python's `round(value, decimals)`: decided on the exact decimal expansion of the double, ties to even.
    static func rounded(_ value: Double, decimals: Int) -> Double {
        guard value.isFinite, value.magnitude < 1e15 else { return value }
        // printf rounds the exact binary value correctly, which scaling by 10^decimals would not.
        return Double(String(format: "%.\(decimals)f", value)) ?? value
    }
}
