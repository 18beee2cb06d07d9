/// A direction of the residual stream: its place in the basis, which is its row or column in the weights.
///
/// Not a bare number, since values, variables and hidden units are counted by numbers as well.
struct Direction: Hashable, Comparable, Sendable {
    let index: Int

    init(_ index: Int) { self.index = index }

    static func < (a: Direction, b: Direction) -> Bool { a.index < b.index }
}

/// Something for every direction of a stream.
struct PerDirection<Element> {
    private var elements: [Element]

    init(_ elements: [Element]) { self.elements = elements }

    init(repeating element: Element, width: Int) { elements = [Element](repeating: element, count: width) }

    subscript(direction: Direction) -> Element {
        get { elements[direction.index] }
        _modify { yield &elements[direction.index] }
    }

    /// How many directions the stream has.
    var width: Int { elements.count }

    var directions: some Sequence<Direction> { elements.indices.lazy.map(Direction.init) }
}
