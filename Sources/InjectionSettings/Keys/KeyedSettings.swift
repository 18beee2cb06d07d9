import Basics
import Foundation

/// Settings that are a list of keys, from which the YAML reader, `--set`, the printed configuration and the error
/// messages are all made.
///
/// A new setting is a stored property and a line in `keys`.
public protocol KeyedSettings: Sendable, Equatable {
    /// The built-in defaults.
    init()

    /// Every setting, in the order in which a configuration is printed.
    static var keys: [SettingKey<Self>] { get }

    /// The subcommand that prints these settings, for error messages.
    static var command: String { get }

    /// Keys that are read before all others, because `applyLeadingKeys` goes by their values.
    static var leadingKeys: Set<String> { get }

    /// What the values of the leading keys say about other settings; it lies under what a file or an override says.
    mutating func applyLeadingKeys() throws

    /// The first setting that does not go with another one, and what it has to be; nil where all is well.
    func conflict() -> (key: String, expectation: String)?
}

extension KeyedSettings {
    public static var leadingKeys: Set<String> { [] }
    public mutating func applyLeadingKeys() throws {}
    public func conflict() -> (key: String, expectation: String)? { nil }

    /// Built-in defaults < what the leading keys say < YAML < overrides.
    ///
    /// - Throws: `Failure` `.notFound` for a missing file, `.badData` for what is wrong in it, `.usage` for an
    ///   override.
    public static func resolve(configuration: URL? = nil, overrides: [SettingOverride] = []) throws -> Self {
        guard let configuration else { return try resolve(yaml: "", name: "", overrides: overrides) }
        return try resolve(yaml: YAMLDocument.text(of: configuration), name: configuration.path, overrides: overrides)
    }

    /// The same for YAML text; `name` stands for it in errors.
    public static func resolve(yaml: String, name: String, overrides: [SettingOverride] = []) throws -> Self {
        let entries = try YAMLDocument.entries(of: yaml, for: Self.self, name: name)
        let flags = try overrides.map { override in
            let place = "--set \(override.key)"
            return (
                key: try key(override.key, kind: .usage, at: place), value: SettingValue(commandLine: override.value),
                place: place
            )
        }
        var settings = Self()
        for entry in entries where leadingKeys.contains(entry.key.path) { try entry.assign(to: &settings) }
        for flag in flags where leadingKeys.contains(flag.key.path) {
            try flag.key.assign(flag.value, to: &settings, kind: .usage, at: flag.place)
        }
        try settings.applyLeadingKeys()
        for entry in entries where !leadingKeys.contains(entry.key.path) { try entry.assign(to: &settings) }
        let fromFile = settings.conflict()
        for flag in flags where !leadingKeys.contains(flag.key.path) {
            try flag.key.assign(flag.value, to: &settings, kind: .usage, at: flag.place)
        }
        if let (key, expectation) = settings.conflict() {
            // An override may mend what the file has, and is to blame for what the file has not.
            let isOfTheFile = fromFile.map { $0.key == key } ?? false
            throw Failure(
                isOfTheFile ? .badData : .usage, "\(key) has to be \(expectation)",
                at: isOfTheFile ? name : "--set \(key)")
        }
        return settings
    }

    /// The key of that path; an unknown one is refused with the nearest that is known.
    static func key(_ path: String, kind: Failure.Kind, at location: String) throws -> SettingKey<Self> {
        if let key = keys.first(where: { $0.path == path }) { return key }
        let inside = keys(in: path)
        guard inside.isEmpty else {
            throw Failure(
                kind, "\(path) is a group of settings and takes no value itself", at: location,
                remedy: "Its keys: \(inside.joined(separator: ", "))")
        }
        let near = Suggestion.nearest(to: path, among: keys.map(\.path))
        throw Failure(
            kind, "unknown setting '\(path.prefix(100))'", at: location,
            remedy: near.map { "Did you mean '\($0)'?" }
                ?? "`tracr-inject \(command) --print-config` shows every setting.")
    }

    static func keys(in section: String) -> [String] {
        keys.map(\.path).filter { $0.hasPrefix(section + ".") }
    }
}
