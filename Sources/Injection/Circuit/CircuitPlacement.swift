import Circuits
import Compiler
import InjectionSettings
import LanguageModels
import Serialization

/// Which of the student's heads and MLPs do each step of the program.
///
/// A step is a head or an MLP of the compiled model. Its heads get student heads of their own, several for each where
/// one is too small for what it carries, and its MLPs get student MLPs; no two steps share one. What is left over
/// belongs to the student's other work and is outside the circuit.
package struct CircuitPlacement: Sendable {
    /// Components of the compiled model in the order of its layers, each with the student's components that do its work.
    package let steps: [(component: CircuitNode, nodes: [CircuitNode])]
    package let shape: CircuitShape
    /// The student's residual state that carries each compiled state: behind all that writes to it.
    package let states: [Int]

    /// - Throws: `.badData` where the student has too few layers.
    package init(
        _ compiled: CompiledModel, student: any ModelConfiguration, settings: Settings.Circuit
    ) throws(Failure) {
        shape = CircuitShape(
            headsPerLayer: Array(repeating: student.heads, count: student.layers), streamWidth: student.width)
        let depths = compiled.layers.map { layer -> Int in
            max(1, (layer.heads.count * settings.heads + student.heads - 1) / student.heads)
        }
        let needed = depths.reduce(0, +)
        guard needed <= student.layers else {
            throw Failure(
                .badData,
                "the circuit of '\(compiled.name)' takes \(needed) layers of \(student.heads) heads, and the student has "
                    + "\(student.layers)",
                remedy: "use a deeper student, or --set circuit.heads=1")
        }
        var steps: [(component: CircuitNode, nodes: [CircuitNode])] = []
        var states = [0]
        var first = 0
        // What is left between the last aligned layer and the logits turns the output into the next token.
        let room = settings.placement == .spread ? max(needed, 5 * student.layers / 6) : needed
        for (index, layer) in compiled.layers.enumerated() {
            // Layers that are not needed are divided evenly among the compiled ones, and lie before them.
            let spare = (room - needed) * (index + 1) / compiled.layerCount - (room - needed) * index / compiled.layerCount
            first += spare
            let places = (first..<(first + depths[index])).flatMap { layer in
                (0..<student.heads).map { CircuitNode.head(layer: layer, head: $0) }
            }
            for head in layer.heads.indices {
                let own = places[(head * settings.heads)..<((head + 1) * settings.heads)]
                steps.append((.head(layer: index, head: head), Array(own)))
            }
            first += depths[index]
            if layer.hiddenCount > 0 { steps.append((.mlp(layer: index), [.mlp(layer: first - 1)])) }
            states.append(first)
        }
        (self.steps, self.states) = (steps, states)
    }

    /// The student's components that belong to the circuit, but for the input and the logits.
    package var inside: Set<CircuitNode> { Set(steps.flatMap(\.nodes)) }

    /// The student's heads and MLPs that do not.
    package var outside: [CircuitNode] {
        let inside = inside
        return shape.writers.filter { $0 != .input && !inside.contains($0) }
    }

    /// The student's components for one of the compiled model's.
    package func nodes(of component: CircuitNode) -> [CircuitNode] {
        component == .input || component == .logits
            ? [component] : steps.first { $0.component == component }?.nodes ?? []
    }
}

extension CircuitPlacement {
    /// The student's edges that the compiled model's stand for.
    package func edges(of model: CompiledModel) -> Set<CircuitEdge> {
        var edges: Set<CircuitEdge> = []
        for edge in model.componentEdges {
            for writer in nodes(of: edge.writer) {
                for node in nodes(of: edge.reader.node) {
                    let candidate = CircuitEdge(writer, edge.reader.moved(to: node))
                    if shape.has(candidate) { edges.insert(candidate) }
                }
            }
        }
        return edges
    }
}

extension CircuitReader {
    /// The same kind of reader of another component.
    fileprivate func moved(to node: CircuitNode) -> CircuitReader {
        if case .head(_, _, let operand) = self, case .head(let layer, let head) = node {
            return .head(layer: layer, head: head, operand)
        }
        return node.readers.first ?? self
    }
}

extension CompiledModel {
    /// Edges by weights alone: what a reader reads of a direction that a writer before it writes.
    package var componentEdges: [CircuitEdge] {
        var written: [(CircuitNode, Set<Int>)] = [
            (.input, Set((tokenEmbedding.entries + positionEmbedding.entries).map(\.row)))
        ]
        var edges: [CircuitEdge] = []
        func add(_ reader: CircuitReader, _ map: SparseMap) {
            let read = Set(map.entries.map(\.column))
            for (node, directions) in written where !read.isDisjoint(with: directions) {
                edges.append(CircuitEdge(node, reader))
            }
        }
        for (index, layer) in layers.enumerated() {
            for (head, maps) in layer.heads.enumerated() {
                add(.head(layer: index, head: head, .query), maps.query)
                add(.head(layer: index, head: head, .key), maps.key)
                add(.head(layer: index, head: head, .value), maps.value)
            }
            written += layer.heads.enumerated().map {
                (.head(layer: index, head: $0), Set($1.output.entries.map(\.row)))
            }
            add(.mlp(layer: index), layer.hidden)
            written.append((.mlp(layer: index), Set(layer.output.entries.map(\.row))))
        }
        let output = Set(outputVariable.directions)
        for (node, directions) in written where !output.isDisjoint(with: directions) {
            edges.append(CircuitEdge(node, .logits))
        }
        return edges
    }
}
