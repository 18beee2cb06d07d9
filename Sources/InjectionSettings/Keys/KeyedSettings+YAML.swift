import Basics
import Foundation

extension KeyedSettings {
    /// The whole configuration as YAML, every key under a comment that says what it means; reading it gives the same
    /// settings.
    public func yaml() -> String {
        var text = "# Resolved configuration: every setting, in full.\n"
        var section = ""
        for key in Self.keys {
            let parts = key.path.split(separator: ".", maxSplits: 1).map(String.init)
            let indent = parts.count == 2 ? "  " : ""
            if parts.count == 2, parts[0] != section {
                text += "\n\(parts[0]):\n"
                section = parts[0]
            }
            for line in key.documentation.split(separator: "\n") { text += "\(indent)# \(line)\n" }
            text += "\(indent)\(parts[parts.count - 1]): \(value(of: key))\n"
        }
        return text
    }

    /// A key's value as YAML (and as `--set` takes it, but for quotes).
    public func value(of key: SettingKey<Self>) -> String {
        switch key.kind {
        case .integer(let keyPath, _): String(self[keyPath: keyPath])
        case .real(let keyPath, _): Self.scalar(self[keyPath: keyPath])
        case .reals(let keyPath, _, _): "[\(self[keyPath: keyPath].map(Self.scalar).joined(separator: ", "))]"
        case .flag(let keyPath): String(self[keyPath: keyPath])
        case .text(let keyPath): Self.scalar(self[keyPath: keyPath])
        case .optionalText(let keyPath): self[keyPath: keyPath].map { Self.scalar($0) } ?? "null"
        case .custom(_, let get, _): get(self)
        case .choice(_, let get, _): get(self)
        }
    }

    /// The shortest digits that give the number back, with a point: YAML 1.1 readers take `1e-06` for a text.
    private static func scalar(_ number: Double) -> String {
        let digits = "\(number)"
        guard let exponent = digits.firstIndex(of: "e"), !digits.contains(".") else { return digits }
        return digits[..<exponent] + ".0" + digits[exponent...]
    }

    /// Plain where that cannot be misread, quoted with escapes everywhere else.
    private static func scalar(_ text: String) -> String {
        let safe = text.unicodeScalars.allSatisfy {
            ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                || "-_./".unicodeScalars.contains($0)
        }
        let words = ["null", "true", "false", "yes", "no", "on", "off"]
        if safe, let first = text.first, first.isLetter || first == "/", !words.contains(text.lowercased()) {
            return text
        }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _
            where scalar.value < 0x20 || scalar.value == 0x7F || (0x80...0x9F).contains(scalar.value)
                || [0x2028, 0x2029, 0xFEFF].contains(scalar.value):
                quoted += "\\u" + String(format: "%04X", scalar.value)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension KeyedSettings {
    /// Equal when every setting is written alike: names of files are equal when their bytes are.
    public static func == (left: Self, right: Self) -> Bool {
        keys.allSatisfy { left.value(of: $0).hasSameBytes(as: right.value(of: $0)) }
    }
}
