import Basics
import Foundation
import Yams

/// Reads a configuration file into settings' keys and values, each with its place.
package enum YAMLDocument {
    /// Far beyond any configuration, and small enough that no parser can be made to work long.
    private static let maximumSize = 1 << 20
    /// Aliases of aliases name exponentially many values, or values nested as deep as there are aliases: so many are
    /// harmless.
    private static let maximumAliases = 16

    struct Entry<Root: KeyedSettings> {
        var key: SettingKey<Root>
        var value: SettingValue
        /// `file:line:column (key.path)`.
        var location: String

        func assign(to settings: inout Root) throws {
            try key.assign(value, to: &settings, kind: .badData, at: location)
        }
    }

    /// Keys may be nested (`lr: {student: 1e-4}`) or written out (`lr.student: 1e-4`).
    static func entries<Root>(of yaml: String, for root: Root.Type, name: String) throws -> [Entry<Root>] {
        guard let document = try compose(yaml, name: name) else { return [] }
        guard case .mapping(let mapping) = document else {
            if case .scalar(let scalar) = document, isNull(scalar) { return [] }
            throw Failure(
                .badData, "a configuration is a mapping of settings", at: place(name, document.mark),
                remedy: "`tracr-inject \(Root.command) --print-config` shows one.")
        }
        var entries: [Entry<Root>] = []
        var seen: [String: String] = [:]
        try collect(mapping, prefix: "", name: name, into: &entries)
        for entry in entries {
            if let first = seen.updateValue(entry.location, forKey: entry.key.path) {
                throw Failure(.badData, "\(entry.key.path) is set twice, first at \(first)", at: entry.location)
            }
        }
        return entries
    }

    package static func text(of file: URL) throws(Failure) -> String {
        try RegularFile.text(file, maximumBytes: maximumSize, called: "a configuration")
    }

    /// The root node, or nil for an empty document; a syntax error becomes a `Failure` with its line.
    package static func compose(_ yaml: String, name: String) throws -> Node? {
        guard aliases(in: yaml) <= maximumAliases else {
            throw Failure(
                .badData, "a configuration with more than \(maximumAliases) aliases (*name)", at: name,
                remedy: "Write the values out.")
        }
        do {
            guard let guarded = ExactYAML.guarded(yaml) else { return try Yams.compose(yaml: yaml) }
            return try Yams.compose(yaml: guarded).map(ExactYAML.restored)
        } catch let error as YamlError {
            switch error {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
                .composer(_, let problem, let mark, _):
                throw Failure(.badData, "malformed YAML: \(problem)", at: place(name, mark))
            case .duplicatedKeysInMapping(let duplicates, let context):
                throw Failure(
                    .badData, "a key stands twice in one mapping: \(duplicates.first ?? "?")",
                    at: place(name, context.mark))
            default:
                throw Failure(.badData, "malformed YAML: \(error)", at: name)
            }
        }
    }

    /// At least as many as the parser will find: a star where an alias may begin, and a letter, digit or sign after it.
    private static func aliases(in yaml: String) -> Int {
        var count = 0
        var (last, before) = (UInt8(ascii: "\n"), UInt8(ascii: "\n"))
        for byte in yaml.utf8 {
            if last == UInt8(ascii: "*"), byte > 0x20,
                !(0x21...0x7E).contains(before) || "[]{},:?\"'".utf8.contains(before)
            {
                count += 1
            }
            (before, last) = (last, byte)
        }
        return count
    }

    private static func collect<Root>(
        _ mapping: Node.Mapping, prefix: String, name: String, into entries: inout [Entry<Root>]
    ) throws {
        for (keyNode, valueNode) in mapping {
            guard case .scalar(let scalar) = keyNode else {
                throw Failure(.badData, "a key has to be a plain word", at: place(name, keyNode.mark))
            }
            let path = prefix + scalar.string
            let location = "\(place(name, keyNode.mark)) (\(path.prefix(100)))"
            // Only known groups are entered, so that depth is bounded whatever the file holds.
            if case .mapping(let inner) = valueNode, !Root.keys(in: path).isEmpty {
                try collect(inner, prefix: path + ".", name: name, into: &entries)
            } else if !Root.keys(in: path).isEmpty, value(of: valueNode).isNull {
                continue
            } else {
                let key = try Root.key(path, kind: .badData, at: location)
                entries.append(Entry(key: key, value: value(of: valueNode), location: location))
            }
        }
    }

    private static func value(of node: Node) -> SettingValue {
        switch node {
        case .scalar(let scalar): isNull(scalar) ? .null : .scalar(scalar.string)
        case .sequence(let sequence):
            // An item that is no scalar is kept as a text that no list setting accepts.
            .list(sequence.map { $0.scalar?.string ?? "{...}" })
        case .mapping, .alias: .mapping
        }
    }

    private static func isNull(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    package static func place(_ name: String, _ mark: Mark?) -> String {
        mark.map { "\(name):\($0.line):\($0.column)" } ?? name
    }
}
