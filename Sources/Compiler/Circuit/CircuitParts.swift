import Circuits

/// One thing that a component computes by itself: a value dimension of a head, or a hidden unit of an MLP. What it
/// reads and writes are directions of the residual stream.
struct CircuitPart: Sendable {
    let reads: [Int]
    let writes: [Int]
}

/// The parts of one component.
struct CircuitParts: Sendable {
    /// What decides where a head attends to, which all its values depend on. Nothing for an MLP.
    let queries: [Int]
    let keys: [Int]
    let parts: [CircuitPart]

    /// Every direction that any part writes, in ascending order.
    let writes: [Int]

    private init(queries: [Int], keys: [Int], parts: [CircuitPart]) {
        self.queries = queries
        self.keys = keys
        self.parts = parts
        writes = Set(parts.flatMap(\.writes)).sorted()
    }

    init(_ head: CompiledHead) {
        self.init(
            queries: head.query.columnsInUse, keys: head.key.columnsInUse,
            parts: zip(head.value.columnsByRow, head.output.rowsByColumn).map(CircuitPart.init))
    }

    init(mlp layer: CompiledLayer) {
        self.init(
            queries: [], keys: [],
            parts: zip(layer.hidden.columnsByRow, layer.output.rowsByColumn).map(CircuitPart.init))
    }

    /// The directions that a reader of the component reads for any of the parts.
    func reads(_ reader: CircuitReader, of parts: some Sequence<CircuitPart>) -> [Int] {
        switch reader {
        case .head(_, _, .query): queries
        case .head(_, _, .key): keys
        case .head(_, _, .value), .mlp, .logits: Set(parts.flatMap(\.reads)).sorted()
        }
    }
}

extension SparseMap {
    /// Columns with an entry, in ascending order.
    var columnsInUse: [Int] { Set(entries.map(\.column)).sorted() }

    /// For each row the columns that have an entry in it.
    fileprivate var columnsByRow: [[Int]] {
        var lists = [[Int]](repeating: [], count: rows)
        for entry in entries { lists[entry.row].append(entry.column) }
        return lists
    }

    /// For each column the rows that have an entry in it.
    fileprivate var rowsByColumn: [[Int]] {
        var lists = [[Int]](repeating: [], count: columns)
        for entry in entries { lists[entry.column].append(entry.row) }
        return lists
    }
}
