import Foundation
import Serialization
import Yams

extension Settings {
    /// One `--set key.path=value`, or a flag that stands for one.
    public struct Override: Sendable {
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

    /// Built-in defaults < recipe < YAML < overrides; the recipe's name is itself looked up in overrides, then YAML.
    ///
    /// - Throws: `Failure` `.notFound` for a missing file, `.badData` for what is wrong in it, `.usage` for an override.
    public static func resolve(configuration: URL? = nil, overrides: [Override] = []) throws -> Settings {
        guard let configuration else { return try resolve(yaml: "", name: "", overrides: overrides) }
        return try resolve(yaml: YAMLDocument.text(of: configuration), name: configuration.path, overrides: overrides)
    }

    /// The same for YAML text; `name` stands for it in errors.
    public static func resolve(yaml: String, name: String, overrides: [Override] = []) throws -> Settings {
        let entries = try YAMLDocument.entries(of: yaml, name: name)
        var settings = Settings()
        let flags = try overrides.map { override in
            (key: try key(override.key, kind: .usage, at: "--set \(override.key)"), override: override)
        }

        func assign(where isWanted: (String) -> Bool) throws {
            for entry in entries where isWanted(entry.key.path) {
                try entry.key.assign(entry.value, to: &settings, kind: .badData, at: entry.location)
            }
            for flag in flags where isWanted(flag.key.path) {
                try flag.key.assign(
                    SettingValue(commandLine: flag.override.value), to: &settings, kind: .usage, at: "--set \(flag.key.path)")
            }
        }
        // The recipe lies under everything else, and what it says depends on the task.
        let first: Set = ["recipe", "task"]
        try assign(where: first.contains)
        try settings.apply(recipe: settings.recipe)
        try assign { !first.contains($0) }
        return settings
    }

    private mutating func apply(recipe name: String) throws {
        guard let recipe = Recipe.all.first(where: { $0.name == name }) else {
            preconditionFailure("the key `recipe` accepts known names only")
        }
        for difference in recipe.differences + recipe.taskDifferences[task, default: []] {
            guard let key = SettingKey.byPath[difference.key] else {
                preconditionFailure("recipe \(name) sets \(difference.key), which is no setting")
            }
            try key.assign(
                SettingValue(commandLine: difference.value), to: &self, kind: .internalError, at: "recipe \(name)")
        }
    }

    /// Settings that differ from what the recipe has for this task, as `--set` takes them, but for those that belong to one run
    /// rather than to an experiment.
    package func deviations() throws -> [String] {
        var plain = Settings()
        (plain.task, plain.method, plain.recipe) = (task, method, recipe)
        try plain.apply(recipe: recipe)
        return SettingKey.all.filter { !["seed", "threads"].contains($0.path) && !$0.path.hasPrefix("checkpoint.") }
            .filter { !value(of: $0).hasSameBytes(as: plain.value(of: $0)) }.map { "\($0.path)=\(value(of: $0))" }
    }

    /// The key of that path; an unknown one is refused with the nearest that is known.
    static func key(_ path: String, kind: Failure.Kind, at location: String) throws -> SettingKey {
        if let key = SettingKey.byPath[path] { return key }
        let sections = Set(SettingKey.all.compactMap { $0.path.split(separator: ".").dropLast().first.map(String.init) })
        if sections.contains(path) {
            throw Failure(
                kind, "\(path) is a group of settings and takes no value itself", at: location,
                remedy: "Its keys: \(keys(in: path).joined(separator: ", "))")
        }
        let near = Suggestion.nearest(to: path, among: SettingKey.all.map(\.path))
        throw Failure(
            kind, "unknown setting '\(path.prefix(100))'", at: location,
            remedy: near.map { "Did you mean '\($0)'?" } ?? "`tracr-inject train --print-config` shows every setting.")
    }

    static func keys(in section: String) -> [String] {
        SettingKey.all.map(\.path).filter { $0.hasPrefix(section + ".") }
    }
}
