/// One setting as the user sees it: its key path, what it means, its type and range, and where it lives in `Settings`.
public struct SettingKey: Sendable {
    public let path: String
    /// Printed as a comment above the key by `--print-config` and in every run's `config.yaml`.
    public let documentation: String
    let kind: Kind

    enum Kind: Sendable {
        case integer(any WritableKeyPath<Settings, Int> & Sendable, ClosedRange<Int>)
        case real(any WritableKeyPath<Settings, Double> & Sendable, Bounds)
        case reals(any WritableKeyPath<Settings, [Double]> & Sendable, count: Int, Bounds)
        case flag(any WritableKeyPath<Settings, Bool> & Sendable)
        case text(any WritableKeyPath<Settings, String> & Sendable)
        case optionalText(any WritableKeyPath<Settings, String?> & Sendable)
        /// `first`, `spread`, or a list of layers.
        case layers(any WritableKeyPath<Settings, Settings.Alignment.Layers> & Sendable)
        case choice(
            [String], get: @Sendable (Settings) -> String, set: @Sendable (inout Settings, String) -> Void)
    }

    /// The values a real setting can have.
    enum Bounds: Sendable {
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

    init(_ path: String, _ kind: Kind, _ documentation: String) {
        (self.path, self.kind, self.documentation) = (path, kind, documentation)
    }

    /// A setting with named values.
    static func choice<Value: RawRepresentable & CaseIterable & Sendable>(
        _ path: String, _ keyPath: any WritableKeyPath<Settings, Value> & Sendable, _ documentation: String
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
            if range.upperBound == .max { "a whole number of at least \(range.lowerBound)" } else {
                "a whole number from \(range.lowerBound) to \(range.upperBound)"
            }
        case .real(_, let bounds): bounds.description
        case .reals(_, let count, let bounds): "a list of \(count), each \(bounds.description)"
        case .flag: "true or false"
        case .text: "a text"
        case .optionalText: "a text, or null for none"
        case .layers: "first, spread, or a rising list of student layers, such as [0, 4, 8]"
        case .choice(let names, _, _): names.joined(separator: " or ")
        }
    }

    static let byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })
}
