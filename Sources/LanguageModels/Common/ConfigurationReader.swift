import Serialization

/// Reads the values of a `config.json`, and names the key of what it cannot use.
struct ConfigurationReader {
    let json: JSONObject
    let place: String

    init(_ json: JSONObject, at place: String) { (self.json, self.place) = (json, place) }

    /// nil where the key is missing or null.
    func integer(_ key: String) throws(Failure) -> Int? {
        guard let value = json[key], value != .null else { return nil }
        guard let number = value.integer else {
            throw Failure(.badData, "\(key) is \(value.kind), not a whole number", at: place)
        }
        return number
    }

    /// nil where the key is missing or null.
    func number(_ key: String) throws(Failure) -> Double? {
        guard let value = json[key], value != .null else { return nil }
        guard let number = value.number else {
            throw Failure(.badData, "\(key) is \(value.kind), not a number", at: place)
        }
        return number
    }

    /// - Parameters:
    ///   - shared: The name that all models have for it in `transformers`, which wins where a file has both.
    ///   - old: A name that older files have.
    func required(_ key: String, shared: String? = nil, old: String? = nil) throws(Failure) -> Int {
        for name in [shared, key, old].compactMap({ $0 }) { if let value = try integer(name) { return value } }
        let also = [shared, old].compactMap { $0 }.map { ", and so is \($0)" }.joined()
        throw Failure(.badData, "\(key) is missing\(also)", at: place)
    }

    /// Refuses a key that says anything but what is computed; missing or null says the same as `expected`.
    func require(_ key: String, _ expected: Bool) throws(Failure) {
        if let value = json[key], value != .null, value.bool != expected {
            throw Failure(
                .badData, "\(key) is \(value.text(indented: false)), and only \(expected) is supported", at: place)
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
