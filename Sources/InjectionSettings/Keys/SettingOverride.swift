import Basics
import Foundation

/// One `--set key.path=value`, or a flag that stands for one.
public struct SettingOverride: Sendable {
    public var key: String
    public var value: String

    public init(_ key: String, _ value: String) { (self.key, self.value) = (key, value) }

    /// Reads `key.path=value`.
    public init(parsing text: String) throws {
        let scalars = text.unicodeScalars
        guard let equals = scalars.firstIndex(of: "="), equals != scalars.startIndex else {
            throw Failure(
                .usage, "--set takes KEY=VALUE, and this has no \(scalars.contains("=") ? "key" : "value"): '\(text)'",
                remedy: "For example: --set lr.student=1e-4")
        }
        key = String(scalars[..<equals]).trimmingCharacters(in: .whitespaces)
        value = String(scalars[scalars.index(after: equals)...])
    }
}
