import Basics
import Circuits
import Compiler
import Discovery
import InjectionSettings
import LanguageModels

/// Which of the student's heads and MLPs do each step of the program.
///
/// A step is a head or an MLP of the compiled model. Its heads get student heads of their own, several for each where
/// one is too small for what it carries, and its MLPs get student MLPs; no two steps share one. What is left over
/// belongs to the student's other work and is outside the circuit.
///
/// The student's first MLP belongs to the input: language models read their tokens through it, and a token's embedding
/// is small beside what it adds.
package struct CircuitPlacement: Sendable {
    /// Components of the compiled model in the order of its layers, each with the student's components that do its work.
    package let steps: [(component: CircuitNode, nodes: [CircuitNode])]
    package let shape: CircuitShape
    /// What stands for the program's input: the embedding, and the first MLP.
    package let input: [CircuitNode] = [.input, .mlp(layer: 0)]
    /// The student's residual state that carries each compiled state: behind all that writes to it.
    package let states: [Int]

    /// - Throws: `.badData` where the student has too few layers.
    package init(
        _ circuit: CompiledCircuit, student: any ModelConfiguration, settings: Settings.Circuit
    ) throws(Failure) {
        let compiled = circuit.model
        let alive = Set(circuit.nodes)
        /// The heads of each compiled layer that the output needs.
        let heads = compiled.layers.enumerated().map { index, layer in
            layer.heads.indices.map { CircuitNode.head(layer: index, head: $0) }.filter(alive.contains)
        }
        shape = CircuitShape(student)
        let hasMLP = compiled.layers.indices.map { alive.contains(.mlp(layer: $0)) }
        // The first of an MLP's MLPs lies in the layer of the last heads.
        let depths = heads.indices.map { index in
            max(1, (heads[index].count * settings.heads + student.heads - 1) / student.heads)
                + (hasMLP[index] ? settings.mlps - 1 : 0)
        }
        let needed = 1 + depths.reduce(0, +)
        guard needed <= student.layers else {
            throw Failure(
                .badData,
                "the circuit of '\(compiled.name)' takes \(needed) layers of \(student.heads) heads, and the student has "
                    + "\(student.layers)",
                remedy: "use a deeper student, or lower circuit.heads or circuit.mlps")
        }
        var steps: [(component: CircuitNode, nodes: [CircuitNode])] = []
        var states = [1]
        var first = 1
        // What is left between the last aligned layer and the logits turns the output into the next token.
        let room = settings.placement == .spread ? max(needed, 5 * student.layers / 6) : needed
        for index in compiled.layers.indices {
            // Layers that are not needed are divided evenly among the compiled ones, and lie before them.
            let spare =
                (room - needed) * (index + 1) / compiled.layerCount - (room - needed) * index / compiled.layerCount
            first += spare
            let places = (first..<(first + depths[index])).flatMap { layer in
                (0..<student.heads).map { CircuitNode.head(layer: layer, head: $0) }
            }
            for (number, head) in heads[index].enumerated() {
                steps.append((head, Array(places[(number * settings.heads)..<((number + 1) * settings.heads)])))
            }
            first += depths[index]
            if hasMLP[index] {
                steps.append((.mlp(layer: index), ((first - settings.mlps)..<first).map { .mlp(layer: $0) }))
            }
            states.append(first)
        }
        (self.steps, self.states) = (steps, states)
    }

    /// The student's components that belong to the circuit, but for the embedding and the logits.
    package var inside: Set<CircuitNode> { Set(steps.flatMap(\.nodes) + input.dropFirst()) }

    /// The student's heads and MLPs that do not.
    package var outside: [CircuitNode] {
        let inside = inside
        return shape.writers.filter { $0 != .input && !inside.contains($0) }
    }

    /// The student's components for one of the compiled model's.
    package func nodes(of component: CircuitNode) -> [CircuitNode] {
        switch component {
        case .input: input
        case .logits: [.logits]
        default: steps.first { $0.component == component }?.nodes ?? []
        }
    }
}

extension CircuitPlacement {
    /// The student's edges that the compiled model's stand for.
    package func edges(of circuit: CompiledCircuit) -> Set<CircuitEdge> {
        Set(circuit.edges.flatMap(edges(of:)) + inner)
    }

    /// Edges between MLPs that do one step together.
    private var inner: [CircuitEdge] {
        ([input] + steps.map(\.nodes)).flatMap { nodes in
            nodes.flatMap { writer in
                nodes.compactMap { reader in
                    guard case .mlp(let layer) = reader else { return nil }
                    return CircuitEdge(writer, .mlp(layer: layer))
                }
            }
        }.filter(shape.has)
    }
}

extension CircuitPlacement {
    /// By reader the writers before it that it has no true edge from.
    package func foreign(_ edges: Set<CircuitEdge>) -> [(reader: CircuitReader, writers: [CircuitNode])] {
        shape.readers.map { reader in
            (
                reader,
                shape.writers.filter {
                    let edge = CircuitEdge($0, reader)
                    return shape.has(edge) && !edges.contains(edge)
                }
            )
        }
    }

    /// The student's edges for one of the compiled model's.
    package func edges(of edge: CircuitEdge) -> [CircuitEdge] {
        nodes(of: edge.writer).flatMap { writer in
            nodes(of: edge.reader.node).map { CircuitEdge(writer, edge.reader.moved(to: $0)) }
        }.filter(shape.has)
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
