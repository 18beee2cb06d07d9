import Basics
import Foundation

/// A value as the user wrote it, before its key says what type it has.
package enum SettingValue {
    case null
    case scalar(String)
    case list([String])
    case mapping

    /// The text after `key=` on a command line: `[a, b]` is a list, everything else is taken as it stands.
    init(commandLine text: String) {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        let scalars = trimmed.unicodeScalars
        if scalars.count > 1, scalars.first == "[", scalars.last == "]" {
            self = .list(
                scalars.dropFirst().dropLast().split(separator: ",").map {
                    String($0).trimmingCharacters(in: .whitespaces)
                })
        } else if ["null", "~", ""].contains(trimmed) {
            self = .null
        } else {
            self = .scalar(text)
        }
    }

    var isNull: Bool { if case .null = self { true } else { false } }

    /// As an error message shows it.
    var shown: String {
        switch self {
        case .null: "null"
        case .scalar(let text): text.count > 60 ? "'\(text.prefix(57))...'" : "'\(text)'"
        case .list(let items): "[\(items.prefix(8).joined(separator: ", "))\(items.count > 8 ? ", ..." : "")]"
        case .mapping: "a mapping"
        }
    }
}

extension SettingKey {
    /// Puts a value into the settings, or says what the key expects.
    func assign(_ value: SettingValue, to settings: inout Root, kind: Failure.Kind, at location: String) throws {
        guard try accept(value, &settings) else {
            throw Failure(
                kind, "\(path) is \(value.shown), and has to be \(expectation)", at: location,
                remedy: remedy(for: value))
        }
    }

    /// False where the value has the wrong type or is out of range.
    private func accept(_ value: SettingValue, _ settings: inout Root) throws -> Bool {
        switch (self.kind, value) {
        case (.integer(let keyPath, let range), .scalar(let text)):
            guard let number = Self.integer(text), range.contains(number) else { return false }
            settings[keyPath: keyPath] = number
        case (.real(let keyPath, let bounds), .scalar(let text)):
            guard let number = Double(text), bounds.contains(number) else { return false }
            settings[keyPath: keyPath] = number
        case (.reals(let keyPath, let count, let bounds), .list(let items)):
            let numbers = items.compactMap { Double($0) }
            guard items.count == count, numbers.count == count, numbers.allSatisfy(bounds.contains) else {
                return false
            }
            settings[keyPath: keyPath] = numbers
        case (.flag(let keyPath), .scalar(let text)):
            guard let flag = Bool(text.lowercased()) else { return false }
            settings[keyPath: keyPath] = flag
        case (.text(let keyPath), .scalar(let text)):
            guard !text.isEmpty else { return false }
            settings[keyPath: keyPath] = text
        case (.optionalText(let keyPath), .scalar(let text)):
            settings[keyPath: keyPath] = text.isEmpty ? nil : text
        case (.optionalText(let keyPath), .null):
            settings[keyPath: keyPath] = nil
        case (.custom(_, _, let accept), let value):
            return accept(value, &settings)
        case (.choice(let names, _, let set), .scalar(let text)):
            guard names.contains(text) else { return false }
            set(&settings, text)
        default:
            return false
        }
        return true
    }

    /// Whole numbers may be written `80_000` or `8e4`, as YAML has it.
    private static func integer(_ text: String) -> Int? {
        let plain = text.replacingOccurrences(of: "_", with: "")
        if let number = Int(plain) { return number }
        guard let real = Double(plain) else { return nil }
        return Int(exactly: real)
    }

    private func remedy(for value: SettingValue) -> String? {
        guard case .choice(let names, _, _) = kind, case .scalar(let text) = value,
            let near = Suggestion.nearest(to: text, among: names)
        else { return nil }
        return "Did you mean '\(near)'?"
    }
}
