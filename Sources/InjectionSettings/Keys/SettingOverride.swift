import Foundation
import Serialization

/// One `--set key.path=value`, or a flag that stands for one.
public struct SettingOverride: Sendable, Equatable {
    public var key: String
    public var value: String

    public init(_ key: String, _ value: String) { (self.key, self.value) = (key, value) }

    /// Reads `key.path=value`.
    public init(parsing text: String) throws {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw Failure(
                .usage, "--set takes KEY=VALUE, and this has no \(text.contains("=") ? "key" : "value"): '\(text)'",
                remedy: "For example: --set lr.student=1e-4")
        }
        key = text[..<equals].trimmingCharacters(in: .whitespaces)
        value = String(text[text.index(after: equals)...])
    }
}
