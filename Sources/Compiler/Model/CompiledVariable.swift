import RASP

/// One coordinate of the residual stream.
public struct BasisDirection: Sendable, Hashable {
    public let variable: String
    /// The value it stands for; nil for a direction that holds a number.
    public let value: Atom?
    /// Whether it belongs to nothing that the program names, but to an intermediate result or to the constant that
    /// marks BOS.
    public let isScratch: Bool
    /// What it stood for before, where directions are reused.
    public private(set) var former: [Former] = []

    public struct Former: Sendable, Hashable {
        public let label: String
        /// The last residual state that holds it.
        public let lastState: Int
    }

    public init(variable: String, value: Atom?, isScratch: Bool, former: [Former] = []) {
        self.variable = variable
        self.value = value
        self.isScratch = isScratch
        self.former = former
    }

    private var ownLabel: String { value.map { "\(variable):\($0)" } ?? variable }

    /// `variable:value`, or the variable alone; with those that had the direction before it, `a:x until 1, b:y from 2`.
    public var label: String {
        guard let last = former.last else { return ownLabel }
        return former.map { "\($0.label) until \($0.lastState)" }.joined(separator: ", ")
            + ", \(ownLabel) from \(last.lastState + 1)"
    }

    mutating func handOver(to other: BasisDirection, after state: Int) {
        let former = former + [Former(label: ownLabel, lastState: state)]
        self = other
        self.former = former
    }
}

/// A variable of the program and where it is read off.
public struct CompiledVariable: Sendable, Hashable {
    public enum Encoding: Sendable, Hashable {
        /// One direction for each value. Undefined is all of them near zero.
        case categorical(values: [Atom], directions: [Int])
        /// The number itself. `reachable` lists the values it can have, in ascending order; empty when they are too
        /// many. Of a balance, an intermediate result of which only the sign is read, it holds the least and the largest.
        case numerical(direction: Int, reachable: [Double])
    }

    public let name: String
    public let encoding: Encoding
    /// For numerical variables that can be undefined (or hold something that is no number): the direction that says so,
    /// and what it stands for.
    public let exception: Exception?
    /// The first residual state that holds it: 0 is the embedding, l the output of layer l.
    public let writtenByLayer: Int
    /// The last residual state that holds it, where it is taken out again; nil: all the rest do.
    public let heldUntil: Int?
    public let isScratch: Bool

    public struct Exception: Sendable, Hashable {
        public let direction: Int
        /// nil: undefined.
        public let value: Atom?
    }

    /// All directions of the variable.
    public var directions: [Int] {
        switch encoding {
        case .categorical(_, let directions): directions
        case .numerical(let direction, _): [direction] + (exception.map { [$0.direction] } ?? [])
        }
    }
}
