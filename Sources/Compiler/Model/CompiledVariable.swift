import RASP

/// One coordinate of the residual stream.
public struct BasisDirection: Sendable, Hashable {
    public let variable: String
    /// The value it stands for; nil for a direction that holds a number.
    public let value: Atom?
    /// Nothing that the program names: an intermediate result, or the constant that marks BOS.
    public let isScratch: Bool

    public init(variable: String, value: Atom?, isScratch: Bool) {
        self.variable = variable
        self.value = value
        self.isScratch = isScratch
    }

    /// `variable:value`, or the variable alone.
    public var label: String { value.map { "\(variable):\($0)" } ?? variable }
}

/// A variable of the program and where it is read off.
public struct CompiledVariable: Sendable, Hashable {
    public enum Encoding: Sendable, Hashable {
        /// One direction for each value. Undefined is all of them near zero.
        case categorical(values: [Atom], directions: [Int])
        /// The number itself. `reachable` lists the values it can have, in ascending order; empty when they are too many.
        case numerical(direction: Int, reachable: [Double])
    }

    public let name: String
    public let encoding: Encoding
    /// For numerical variables that can be undefined (or hold something that is no number): the direction that says so, and
    /// what it stands for.
    public let exception: Exception?
    /// The first residual state that holds it: 0 is the embedding, l the output of layer l.
    public let writtenByLayer: Int
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
