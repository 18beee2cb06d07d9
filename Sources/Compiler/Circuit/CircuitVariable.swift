/// A variable as circuits name it: one of the compiled model's, or the constant that marks BOS.
public struct CircuitVariable: Hashable, Sendable {
    public let name: String
    /// Whether the program does not name it: an intermediate result, or the constant of BOS.
    public let isScratch: Bool
    /// Its number among the model's variables, by which it is told from others; nil for BOS.
    public let number: Int?

    public static func == (left: Self, right: Self) -> Bool { left.number == right.number }
    public func hash(into hasher: inout Hasher) { hasher.combine(number) }
}
