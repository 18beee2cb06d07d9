import Circuits

/// Names for the directions that components read and write.
struct CircuitUses {
    private let model: CompiledModel
    private let parts: [CircuitNode: CircuitParts]
    private let tenants: Tenants

    init(_ model: CompiledModel, _ parts: [CircuitNode: CircuitParts]) {
        self.model = model
        self.parts = parts
        tenants = Tenants(model, parts)
    }

    private func time(_ node: CircuitNode) -> Int { node.time(layers: model.layerCount) }

    func component(_ node: CircuitNode) -> CircuitComponent {
        let cleared = directionsCleared(by: node)
        return CircuitComponent(
            node: node,
            reads: node.readers.map {
                ($0, sorted(reads($0, clearing: cleared).map { tenants.read($0, at: time(node)) }))
            },
            writes: sorted(written(by: node).compactMap { tenants.computed($0, at: time(node)) }),
            clears: sorted(cleared.map { tenants.read($0, at: time(node)) }))
    }

    /// nil where the reader has no use for anything that the writer writes.
    func connection(_ edge: CircuitEdge, _ flow: CircuitFlow) -> CircuitConnection? {
        guard let live = flow.live[edge.reader] else { return nil }
        let shared = written(by: edge.writer).filter(live.contains)
        guard !shared.isEmpty else { return nil }
        let varying = shared.filter { flow.varying[edge.writer]?.contains($0) ?? false }
        let carried = varying.isEmpty ? shared : varying
        let names = carried.map { tenants.written($0, at: time(edge.writer)) }
        return CircuitConnection(
            edge: edge, carries: sorted(names), varies: !varying.isEmpty,
            isCleared: !zip(carried, names).contains { tenants.read($0, at: time(edge.reader.node)) == $1 })
    }

    private func written(by node: CircuitNode) -> [Int] {
        switch node {
        case .input: Set((model.tokenEmbedding.entries + model.positionEmbedding.entries).map(\.row)).sorted()
        case .logits: []
        case .head, .mlp: parts[node]?.writes ?? []
        }
    }

    private func reads(_ reader: CircuitReader, clearing cleared: Set<Int>) -> [Int] {
        guard reader != .logits else { return model.outputVariable.directions }
        guard let component = parts[reader.node] else { return [] }
        // A unit that clears a direction reads and writes nothing else.
        return component.reads(
            reader,
            of: component.parts.filter { part in
                !(part.reads.count == 1 && part.reads == part.writes && cleared.contains(part.reads[0]))
            })
    }

    private func directionsCleared(by node: CircuitNode) -> Set<Int> {
        guard case .mlp(let layer) = node, let written = parts[node].map({ Set($0.writes) }) else { return [] }
        return Set(model.variables.filter { $0.heldUntil == layer }.flatMap(\.directions)).intersection(written)
    }

    /// Each once: the constant of BOS last, the others as the model lists them.
    private func sorted(_ variables: [CircuitVariable]) -> [CircuitVariable] {
        Set(variables).sorted { ($0.number ?? Int.max) < ($1.number ?? Int.max) }
    }
}
