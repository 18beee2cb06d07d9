import Basics
import InjectionSettings
import RASP
import Yams

/// A mapping of a task file, with the places of its keys for messages.
struct YAMLMapping {
    private let name: String
    private let path: String
    private var nodes: [(key: String, node: Node)]

    init(_ yaml: String, name: String) throws {
        guard let root = try YAMLDocument.compose(yaml, name: name), case .mapping(let mapping) = root else {
            throw Failure(.badData, "a task file is a mapping: name, program, prompt, tokens, generator, ...", at: name)
        }
        (self.name, path) = (name, "")
        nodes = try Self.nodes(mapping, name)
    }

    private init(_ mapping: Node.Mapping, name: String, path: String) throws {
        (self.name, self.path) = (name, path)
        nodes = try Self.nodes(mapping, name)
    }

    private static func nodes(_ mapping: Node.Mapping, _ name: String) throws -> [(key: String, node: Node)] {
        try mapping.map { key, node in
            guard case .scalar(let scalar) = key else {
                throw Failure(.badData, "a key has to be a plain word", at: YAMLDocument.place(name, key.mark))
            }
            return (scalar.string, node)
        }
    }

    private func node(_ key: String) -> Node? { nodes.first { $0.key.hasSameBytes(as: key) }?.node }

    func failure(_ message: String, at key: String, remedy: String? = nil) -> Failure {
        Failure(
            .badData, message, at: "\(YAMLDocument.place(name, node(key)?.mark)) (\((path + key).prefix(100)))",
            remedy: remedy)
    }

    /// Refuses keys that nothing reads.
    func allow(_ keys: [String]) throws {
        for (key, _) in nodes where !keys.contains(where: { $0.hasSameBytes(as: key) }) {
            let near = Suggestion.nearest(to: key, among: keys)
            throw failure(
                "unknown key '\(key.prefix(100))'", at: key,
                remedy: near.map { "Did you mean '\($0)'?" } ?? "Keys: \(keys.joined(separator: ", "))")
        }
    }

    func text(_ key: String) throws -> String? {
        guard let node = node(key) else { return nil }
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty || scalar.style != .plain else {
            throw failure("\(key) has to be a text", at: key)
        }
        return scalar.string
    }

    func required(_ key: String) throws -> String {
        guard let text = try text(key), !text.isEmpty else { throw failure("'\(key)' is missing", at: key) }
        return text
    }

    func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = try text(key) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw failure("\(key) has to be a whole number from \(range.lowerBound) to \(range.upperBound)", at: key)
        }
        return value
    }

    /// A list of texts, or one text.
    func list(_ key: String) throws -> [String] {
        guard let node = node(key) else { return [] }
        return try texts(node, key)
    }

    private func texts(_ node: Node, _ key: String) throws -> [String] {
        switch node {
        case .scalar(let scalar): return [scalar.string]
        case .sequence(let sequence):
            return try sequence.map { item in
                guard case .scalar(let scalar) = item else {
                    throw failure("\(key) has to be a list of texts", at: key)
                }
                return scalar.string
            }
        default: throw failure("\(key) has to be a text or a list of texts", at: key)
        }
    }

    func mapping(_ key: String) throws -> YAMLMapping {
        guard case .mapping(let mapping)? = node(key) else { throw failure("'\(key)' has to be a mapping", at: key) }
        return try YAMLMapping(mapping, name: name, path: path + key + ".")
    }

    /// The mappings in a mapping, by name; none where the key is absent.
    func children(_ key: String) throws -> [(name: String, mapping: YAMLMapping)] {
        guard node(key) != nil else { return [] }
        let parent = try mapping(key)
        return try parent.nodes.map { ($0.key, try parent.mapping($0.key)) }
    }

    /// Program symbols and texts: `a: [" a", "a"]`. Plain true, false and whole numbers are those values, all else is a
    /// text.
    func entries(_ key: String) throws -> [(Atom, [String])] {
        guard let node = node(key) else { return [] }
        guard case .mapping(let mapping) = node else { throw failure("'\(key)' has to be a mapping", at: key) }
        return try mapping.map { symbol, node in
            guard case .scalar(let scalar) = symbol else { throw failure("a symbol has to be a word", at: key) }
            return (Self.atom(scalar), try texts(node, key))
        }
    }

    /// Lists by name, as a grammar has them.
    func lists(_ key: String) throws -> [ExactString: [String]] {
        guard node(key) != nil else { return [:] }
        let parent = try mapping(key)
        return Dictionary(try parent.nodes.map { (ExactString($0.key), try parent.texts($0.node, $0.key)) }) {
            first, _ in first
        }
    }

    func atom(_ key: String) throws -> Atom? {
        guard let node = node(key) else { return nil }
        guard case .scalar(let scalar) = node else { throw failure("\(key) has to be one symbol", at: key) }
        return Self.atom(scalar)
    }

    private static func atom(_ scalar: Node.Scalar) -> Atom {
        guard scalar.style == .plain else { return .string(scalar.string) }
        if scalar.string == "true" || scalar.string == "false" { return .bool(scalar.string == "true") }
        return Int(scalar.string).map(Atom.int) ?? .string(scalar.string)
    }

    /// This mapping, with another's keys where it has none of its own; of `alternatives`, one displaces all others.
    func over(_ other: YAMLMapping, alternatives: [String]) -> YAMLMapping {
        var result = self
        let hasOne = alternatives.contains { node($0) != nil }
        result.nodes += other.nodes.filter { node($0.key) == nil && !(hasOne && alternatives.contains($0.key)) }
        return result
    }
}
