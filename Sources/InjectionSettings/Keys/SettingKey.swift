/// One setting as the user sees it: its key path, what it means, its type and range, and where it lives in the
/// settings.
public struct SettingKey<Root: Sendable>: Sendable {
    public let path: String
    /// Printed as a comment above the key by `--print-config` and in every run's `config.yaml`.
    public let documentation: String
    package let kind: Kind

    package enum Kind: Sendable {
        case integer(any WritableKeyPath<Root, Int> & Sendable, ClosedRange<Int>)
        case real(any WritableKeyPath<Root, Double> & Sendable, Bounds)
        case reals(any WritableKeyPath<Root, [Double]> & Sendable, count: Int, Bounds)
        case flag(any WritableKeyPath<Root, Bool> & Sendable)
        case text(any WritableKeyPath<Root, String> & Sendable)
        case optionalText(any WritableKeyPath<Root, String?> & Sendable)
        /// A value with a form of its own: what it has to be, how it is written, and whether a value is taken.
        case custom(
            String, get: @Sendable (Root) -> String, accept: @Sendable (SettingValue, inout Root) -> Bool)
        case choice(
            [String], get: @Sendable (Root) -> String, set: @Sendable (inout Root, String) -> Void)
    }

    /// The values a real setting can have.
    package enum Bounds: Sendable {
        case positive, nonNegative, unit
        /// From 0 up to but without 1: decay rates of running means.
        case belowOne

        func contains(_ value: Double) -> Bool {
            switch self {
            case .positive: value > 0 && value.isFinite
            case .nonNegative: value >= 0 && value.isFinite
            case .unit: value >= 0 && value <= 1
            case .belowOne: value >= 0 && value < 1
            }
        }

        var description: String {
            switch self {
            case .positive: "a number above 0"
            case .nonNegative: "a number of at least 0"
            case .unit: "a number from 0 to 1"
            case .belowOne: "a number from 0 up to, but not including, 1"
            }
        }
    }

    package init(_ path: String, _ kind: Kind, _ documentation: String) {
        (self.path, self.kind, self.documentation) = (path, kind, documentation)
    }

    /// A setting with named values.
    package static func choice<Value: RawRepresentable & CaseIterable & Sendable>(
        _ path: String, _ keyPath: any WritableKeyPath<Root, Value> & Sendable, _ documentation: String
    ) -> SettingKey where Value.RawValue == String {
        SettingKey(
            path,
            .choice(
                Value.allCases.map(\.rawValue),
                get: { $0[keyPath: keyPath].rawValue },
                set: { settings, name in
                    guard let value = Value(rawValue: name) else {
                        preconditionFailure("\(name) was not checked against the names of \(path)")
                    }
                    settings[keyPath: keyPath] = value
                }),
            documentation)
    }

    /// What the setting accepts, in words.
    public var expectation: String {
        switch kind {
        case .integer(_, let range):
            if range.upperBound == .max {
                "a whole number of at least \(range.lowerBound)"
            } else {
                "a whole number from \(range.lowerBound) to \(range.upperBound)"
            }
        case .real(_, let bounds): bounds.description
        case .reals(_, let count, let bounds): "a list of \(count), each \(bounds.description)"
        case .flag: "true or false"
        case .text: "a text"
        case .optionalText: "a text, or null for none"
        case .custom(let expectation, _, _): expectation
        case .choice(let names, _, _): names.joined(separator: " or ")
        }
    }
}
