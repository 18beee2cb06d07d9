/// A dictionary that keeps its keys in the order in which they were first set.
///
/// Keys and values lie in an array, and a table says where each key is. Removing is linear; it is rare in programs.
struct OrderedDictionary<Key: Hashable, Value> {
    private var pairs: [(key: Key, value: Value)] = []
    private var positions: [Key: Int] = [:]

    /// Setting an equal key keeps the place and the spelling of the first.
    subscript(key: Key) -> Value? {
        get { positions[key].map { pairs[$0].value } }
        set {
            guard let newValue else { return removeValue(forKey: key) }
            if let position = positions[key] {
                pairs[position].value = newValue
            } else {
                positions[key] = pairs.count
                pairs.append((key, newValue))
            }
        }
    }

    mutating func removeValue(forKey key: Key) {
        guard let position = positions.removeValue(forKey: key) else { return }
        pairs.remove(at: position)
        for later in position..<pairs.count { positions[pairs[later].key] = later }
    }

    var keys: some Collection<Key> { pairs.lazy.map(\.key) }
    var values: some Collection<Value> { pairs.lazy.map(\.value) }
}

extension OrderedDictionary: RandomAccessCollection {
    var startIndex: Int { 0 }
    var endIndex: Int { pairs.count }
    subscript(position: Int) -> (key: Key, value: Value) { pairs[position] }
}

extension OrderedDictionary: ExpressibleByDictionaryLiteral {
    init(dictionaryLiteral elements: (Key, Value)...) {
        for (key, value) in elements { self[key] = value }
    }
}
