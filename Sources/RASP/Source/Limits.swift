/// Bounds that keep any program, however hostile, from exhausting time, stack or memory. Each has its own message.
public struct Limits: Sendable {
    /// Longest input sequence.
    public var sequenceLength = 10_000
    /// Work of one evaluation, in atoms computed and matrix words written.
    public var evaluationWork = 200_000_000
    /// Work of all applications of s-ops and selectors while a program is built, or by one input of a console.
    public var applicationWork = 500_000_000
    /// Bytes of text that one evaluation may build.
    public var evaluationText = 256 << 20
    /// Bytes of sequences and matrices that one evaluation may hold at a time.
    public var evaluationMemory = 1 << 30
    /// Nesting of expressions and blocks in the source.
    public var nesting = 200
    /// Nested calls of functions.
    public var callDepth = 250
    /// Expressions and statements evaluated while building a program.
    public var steps = 5_000_000
    /// Bytes of lists, dictionaries and strings built while building a program.
    public var storage = 512 << 20
    /// Elements of one list.
    public var listLength = 1_000_000
    /// Nodes of one program's graph.
    public var nodes = 500_000
    /// Nested `load`s.
    public var loadDepth = 50
    /// `load`s of one program, or of one input of a console, and the bytes that they read together.
    public var loads = 10_000
    public var loadedSize = 64 << 20
    /// Bytes of one source file.
    public var sourceSize = 4 << 20
    /// Pictures that one program may ask for.
    public var drawings = 100
    /// Errors after which reading stops.
    public var errors = 50

    public init() {}
}
