/// Named numbers in a fixed order, such as the parts of a loss.
public struct Metrics: Sendable {
    public private(set) var entries: [(name: String, value: Float)]

    /// - Parameter entries: with names that differ.
    package init(_ entries: [(name: String, value: Float)]) {
        precondition(Set(entries.map(\.name)).count == entries.count, "a name occurs twice")
        self.entries = entries
    }

    /// The number of that name; nil where there is none. Writing to a new name appends it.
    public package(set) subscript(name: String) -> Float? {
        get { entries.first { $0.name == name }?.value }
        set {
            guard let newValue else { return entries.removeAll { $0.name == name } }
            if let index = entries.firstIndex(where: { $0.name == name }) {
                entries[index].value = newValue
            } else {
                entries.append((name, newValue))
            }
        }
    }
}

extension Metrics: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, Float)...) { self.init(elements.map { ($0.0, $0.1) }) }
}
