import Basics

/// Reports are JSON values in the order in which a reader wants the keys.
extension JSONValue {
    /// JSON cannot say NaN or infinity: they become null.
    static func real(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }
    static func real(_ value: Float) -> JSONValue { real(Double(value)) }

    static func optional(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
    static func optional(_ value: Int?) -> JSONValue { value.map(JSONValue.integer) ?? .null }
    static func optional(_ value: Double?) -> JSONValue { value.map { real($0) } ?? .null }

    static func integers(_ values: some Sequence<some BinaryInteger>) -> JSONValue {
        .array(values.map { .integer(Int($0)) })
    }
}
