/// Sequences of different lengths, one after the other, without padding.
public struct PackedBatch: Sendable, Equatable {
    /// N token numbers.
    public var tokens: [Int32]
    /// Where each sequence starts, and N at the end: one more than there are sequences.
    public var starts: [Int]
    /// Each token's place within its sequence.
    public var positions: [Int32]

    public init() { (tokens, starts, positions) = ([], [0], []) }

    public init(_ sequences: some Sequence<[Int32]>) {
        self.init()
        for sequence in sequences { append(sequence) }
    }

    /// Adds a sequence, whose first token has this position (other than 0 when the tokens before it are cached).
    public mutating func append(_ sequence: some Collection<Int32>, firstPosition: Int = 0) {
        tokens.append(contentsOf: sequence)
        for offset in 0..<sequence.count { positions.append(Int32(firstPosition + offset)) }
        starts.append(tokens.count)
    }

    /// Number of sequences.
    public var count: Int { starts.count - 1 }

    /// Rows of one sequence.
    public func rows(_ index: Int) -> Range<Int> { starts[index]..<starts[index + 1] }
}
