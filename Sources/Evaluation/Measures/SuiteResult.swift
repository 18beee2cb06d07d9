import Basics

/// What a suite has measured, as `eval --json` prints it, `evaluation.json` keeps it and a report reads it back.
public protocol SuiteResult: Sendable {
    var json: JSONValue { get }

    /// nil for a value that no measurement could have given.
    init?(_ json: JSONValue)
}

extension JSONValue {
    /// A measure that may be infinite or undefined, which JSON has no number for, stands as null.
    static func measure(_ value: Double?) -> JSONValue {
        guard let value, value.isFinite else { return .null }
        return .number(value)
    }

    /// A share from 0 to 1.
    var share: Double? { number.flatMap { (0...1).contains($0) ? $0 : nil } }

    /// A number of things.
    var count: Int? { integer.flatMap { (0...1 << 32).contains($0) ? $0 : nil } }
}
