/// What a `draw` statement asks for: an s-op as a program, and the input to draw it on.
public struct Drawing: Sendable {
    public let program: Program
    public let input: [Atom]
}
