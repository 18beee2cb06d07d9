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
///
/// Where the student has too few layers, the steps with the smallest tables get fewer MLPs than `circuit.mlps`.
package struct CircuitPlacement: Sendable {
    /// What does one step of the program.
    package struct Step: Sendable, Equatable {
        /// The compiled model's component.
        package let component: CircuitNode
        /// Sets of the student's components each of which is enough: the first, then its backups.
        package let groups: [[CircuitNode]]

        package var nodes: [CircuitNode] { groups.flatMap(\.self) }
    }

    /// A head outside the circuit that gives out a variable which nothing reads.
    package struct Decoy: Sendable, Equatable {
        package let node: CircuitNode
        package let variable: String
    }

    /// In the order of the compiled model's layers.
    package let steps: [Step]
    package let decoys: [Decoy]
    package let shape: CircuitShape
    /// What stands for the program's input: the embedding, and the first MLP.
    package let input: [CircuitNode] = [.input, .mlp(layer: 0)]
    /// The student's residual state that carries each compiled state: behind all that writes to it.
    package let states: [Int]

    /// - Throws: `.badData` where the student has too few layers, or too few heads for decoys, and for a component that
    ///   it does not have.
    package init(
        _ circuit: CompiledCircuit, student: any ModelConfiguration, settings: Settings.Circuit
    ) throws(Failure) {
        let shape = CircuitShape(student)
        let avoided = try settings.avoided(in: shape)
        let name = circuit.model.name
        var filling = PlacementFilling(
            circuit, settings, layers: student.layers, heads: student.heads, avoided: avoided)
        while filling.depth ?? .max > student.layers, filling.takeAnMLP() {}
        let needed = filling.depth ?? .max
        guard needed <= student.layers else {
            throw Failure(
                .badData,
                "the circuit of '\(name)' takes \(needed) layers of \(student.heads) heads, and the student has "
                    + "\(student.layers)",
                remedy: "use a deeper student, or lower circuit.heads, circuit.mlps or circuit.backups")
        }
        guard settings.layers == 0 || (needed...student.layers).contains(settings.layers) else {
            throw Failure(
                .badData,
                "circuit.layers is \(settings.layers), and the circuit of '\(name)' can take from \(needed) to "
                    + "\(student.layers) layers", remedy: "give a number between these, or 0")
        }
        // What is left between the last aligned layer and the logits turns the output into the next token.
        let usual = settings.placement == .spread ? max(needed, 5 * student.layers / 6) : needed
        let room = settings.layers > 0 ? settings.layers : usual
        // Where components are avoided, what was spread may not fit.
        guard let placed = (needed...room).reversed().lazy.compactMap({ filling.placed(over: $0) }).first else {
            throw Failure(.badData, "the circuit of '\(name)' does not fit into the student beside circuit.avoid")
        }
        (self.shape, steps, states) = (shape, placed.steps, placed.states)
        decoys = try Self.decoys(circuit, settings.decoys, shape, placed, taken: avoided)
    }

    /// Each stands in the first layer that has a free head and reads the variable.
    private static func decoys(
        _ circuit: CompiledCircuit, _ count: Int, _ shape: CircuitShape,
        _ placed: (steps: [Step], states: [Int]), taken avoided: Set<CircuitNode>
    ) throws(Failure) -> [Decoy] {
        let variables = circuit.computedVariables
        var taken = avoided.union(placed.steps.flatMap(\.nodes))
        var decoys: [Decoy] = []
        for number in 0..<count {
            let variable = variables.isEmpty ? nil : variables[number % variables.count]
            let heads = variable.map { (placed.states[$0.writtenByLayer]..<shape.layers).flatMap(shape.heads) } ?? []
            guard let variable, let head = heads.first(where: { !taken.contains($0) }) else {
                throw Failure(
                    .badData, "no head of the student is left for decoy \(number + 1) of \(count)",
                    remedy: "lower circuit.decoys")
            }
            taken.insert(head)
            decoys.append(Decoy(node: head, variable: variable.name))
        }
        return decoys
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

extension CircuitPlacement {
    /// What the decoys are trained to give out, in their order.
    ///
    /// - Parameter seed: decides the directions that values have.
    package func decoyHeads(_ layout: VariableLayout, seed: Int) -> [DecoyHead] {
        decoys.map { decoy in
            guard let entry = layout.variables.first(where: { $0.name.hasSameBytes(as: decoy.variable) }),
                let layer = decoy.node.layer, let point = decoy.node.hookPoint,
                let state = states.lastIndex(where: { $0 <= layer })
            else { preconditionFailure("decoys are heads, and give out variables of the program") }
            return DecoyHead(
                point: point, entry: entry, state: state,
                width: shape.streamWidth, seed: seed)
        }
    }
}
