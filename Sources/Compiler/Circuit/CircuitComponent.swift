import Circuits

/// What one component reads and writes.
public struct CircuitComponent: Sendable {
    public let node: CircuitNode
    /// By reader, in the order of `node.readers`. What an MLP reads only to clear it is left out.
    public let reads: [(reader: CircuitReader, variables: [CircuitVariable])]
    public let writes: [CircuitVariable]
    /// The variables that an MLP takes out of the stream because nothing reads them any more.
    public let clears: [CircuitVariable]
}
