import Circuits

/// Where each reader finds what it reads: for every direction the writers before it, and the place in their shares.
///
/// A writer's share is kept densely over the directions that it writes, `[positions, directions]`, BOS's position first.
struct CircuitWiring: Sendable {
    struct Source: Sendable {
        let writer: Int
        let column: Int
    }
    /// What a reader reads: directions in ascending order, each with those that write it.
    struct Input: Sendable {
        let directions: [Int]
        let sources: [[Source]]
        /// Those writers once more, each with its columns.
        let suppliers: [(writer: Int, columns: [Int])]
    }

    let writers: [CircuitNode]
    /// By writer.
    let directions: [[Int]]
    let inputs: [CircuitReader: Input]
    let numbers: [CircuitNode: Int]

    init(_ model: CompiledModel, _ parts: [CircuitNode: CircuitParts]) {
        let shape = model.circuitShape
        writers = shape.writers
        let embedded = Set((model.tokenEmbedding.entries + model.positionEmbedding.entries).map(\.row)).sorted()
        let directions = writers.map { parts[$0]?.writes ?? embedded }
        var places = [[Source]](repeating: [], count: model.width)
        for (writer, list) in directions.enumerated() {
            for (column, direction) in list.enumerated() {
                places[direction].append(Source(writer: writer, column: column))
            }
        }
        let writers = self.writers
        inputs = Dictionary(
            uniqueKeysWithValues: shape.readers.map { reader in
                let read = Self.reads(reader, model, parts)
                let sources = read.map { direction in
                    places[direction].filter { shape.has(CircuitEdge(writers[$0.writer], reader)) }
                }
                let columns = Dictionary(grouping: sources.joined(), by: \.writer).mapValues { $0.map(\.column) }
                let suppliers = columns.map { (writer: $0, columns: $1) }.sorted { $0.writer < $1.writer }
                return (reader, Input(directions: read, sources: sources, suppliers: suppliers))
            })
        self.directions = directions
        numbers = Dictionary(uniqueKeysWithValues: writers.enumerated().map { ($1, $0) })
    }

    /// Everything that a reader reads, whether it matters or not.
    private static func reads(
        _ reader: CircuitReader, _ model: CompiledModel, _ parts: [CircuitNode: CircuitParts]
    ) -> [Int] {
        if reader == .logits { return model.outputVariable.directions.sorted() }
        guard let component = parts[reader.node] else { return [] }
        return component.reads(reader, of: component.parts)
    }
}
