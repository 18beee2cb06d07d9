/// The residual stream of one input after the embedding and after every layer, BOS left out.
public struct ResidualStates: Sendable {
    /// layers + 1
    public let count: Int
    public let positions: Int
    public let width: Int
    /// `[count, positions, width]`, row-major.
    public let values: [Float]

    /// One state, `[positions, width]` row-major.
    public subscript(state: Int) -> ArraySlice<Float> {
        let size = positions * width
        return values[(state * size)..<((state + 1) * size)]
    }

    public func row(state: Int, position: Int) -> ArraySlice<Float> {
        let start = (state * positions + position) * width
        return values[start..<(start + width)]
    }
}
