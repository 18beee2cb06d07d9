import Basics

/// Reads the values of a `config.json`, and names the key of what it cannot use.
public struct ConfigurationReader {
    public let json: JSONObject
    public let place: String
    /// Of the file, whose object this is; empty for the file's own.
    private let section: String

    public init(_ json: JSONObject, section: String = "", at place: String) {
        (self.json, self.section, self.place) = (json, section, place)
    }

    /// A key as a message calls it.
    public func named(_ key: String) -> String { section.isEmpty ? key : "\(section).\(key)" }

    /// nil where the key is missing or null.
    private func value<Value>(
        _ key: String, called kind: String, _ read: (JSONValue) -> Value?
    ) throws(Failure) -> Value? {
        guard let value = json[key], value != .null else { return nil }
        guard let result = read(value) else {
            throw Failure(.badData, "\(named(key)) is \(value.kind), not \(kind)", at: place)
        }
        return result
    }

    /// nil where the key is missing or null, as for all of these.
    public func integer(_ key: String) throws(Failure) -> Int? { try value(key, called: "a whole number", \.integer) }
    public func number(_ key: String) throws(Failure) -> Double? { try value(key, called: "a number", \.number) }
    public func bool(_ key: String) throws(Failure) -> Bool? { try value(key, called: "true or false", \.bool) }
    public func object(_ key: String) throws(Failure) -> JSONObject? { try value(key, called: "an object", \.object) }

    /// A size that every file has, under one of several names.
    ///
    /// - Parameters:
    ///   - key: The family's own name for it.
    ///   - shared: The name that all models have for it in `transformers`, which wins where a file has both.
    ///   - old: A name that older files have.
    public func required(_ key: String, shared: String? = nil, old: String? = nil) throws(Failure) -> Int {
        for name in [shared, key, old].compactMap({ $0 }) { if let value = try integer(name) { return value } }
        let also = [shared, old].compactMap { $0 }.map { ", and so is \($0)" }.joined()
        throw Failure(.badData, "\(named(key)) is missing\(also)", at: place)
    }

    /// Refuses a key that says anything but what is computed; missing or null says the same as `expected`.
    public func require(_ key: String, _ expected: Bool) throws(Failure) {
        if let value = json[key], value != .null, value.bool != expected {
            throw Failure(
                .badData, "\(named(key)) is \(value.text(indented: false)), and only \(expected) is supported",
                at: place)
        }
    }

    /// The token that ends a text: the first, where there are several.
    func endOfText() throws(Failure) -> Int? {
        guard let value = json["eos_token_id"], value != .null else { return nil }
        if let number = value.integer { return number }
        guard let list = value.array else {
            throw Failure(
                .badData, "eos_token_id is \(value.kind), neither a whole number nor a list of them", at: place)
        }
        for item in list where item.integer == nil {
            throw Failure(.badData, "eos_token_id holds \(item.kind), not a whole number", at: place)
        }
        return list.first?.integer
    }
}
