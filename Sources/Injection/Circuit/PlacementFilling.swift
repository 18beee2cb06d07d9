import Basics
import Circuits
import Compiler
import InjectionSettings

/// Puts the steps of a program into free components of a student, layer by layer.
struct PlacementFilling {
    private let settings: Settings.Circuit
    /// The student's.
    private var layers: Int
    private let heads: Int
    private let avoided: Set<CircuitNode>
    /// What the output needs of a compiled layer.
    private struct Demand {
        let layer: Int
        let heads: [CircuitNode]
        /// Of the compiled MLP.
        let hiddenUnits: Int
        /// The student's MLPs for it.
        var mlps: Int
    }
    private var demands: [Demand]

    init(
        _ circuit: CompiledCircuit, _ settings: Settings.Circuit, layers: Int, heads: Int, avoided: Set<CircuitNode>
    ) {
        (self.settings, self.layers, self.heads, self.avoided) = (settings, layers, heads, avoided)
        let alive = Set(circuit.nodes)
        demands = circuit.model.layers.enumerated().map { number, layer in
            Demand(
                layer: number, heads: layer.heads.indices.map { .head(layer: number, head: $0) }.filter(alive.contains),
                hiddenUnits: layer.hiddenCount, mlps: alive.contains(.mlp(layer: number)) ? settings.mlps : 0)
        }
    }

    /// The layers that a student needs.
    var depth: Int? {
        // Of a student without end.
        var endless = self
        endless.layers = .max
        return endless.placed(over: 0)?.states.last
    }

    /// Takes an MLP from the step that has the fewest hidden units and more than one MLP; of several the last.
    ///
    /// - Returns: whether there was one.
    mutating func takeAnMLP() -> Bool {
        let candidates = demands.indices.reversed().filter { demands[$0].mlps > 1 }
        guard let smallest = candidates.min(by: { demands[$0].hiddenUnits < demands[$1].hiddenUnits }) else {
            return false
        }
        demands[smallest].mlps -= 1
        return true
    }

    /// - Parameter room: layers that are not needed are divided evenly among the compiled ones, and lie before them.
    /// - Returns: the steps, and the student's state behind each compiled layer; nil where they do not fit.
    func placed(over room: Int) -> (steps: [CircuitPlacement.Step], states: [Int])? {
        let needed = room == 0 ? 0 : placed(over: 0)?.states.last ?? room
        let unused = max(0, room - needed)
        var (steps, states, first): ([CircuitPlacement.Step], [Int], Int) = ([], [1], 1)
        for (number, demand) in demands.enumerated() {
            first += unused * (number + 1) / demands.count - unused * number / demands.count
            guard let (own, end) = place(demand, from: first) else { return nil }
            steps += own
            states.append(end)
            first = end
        }
        return (steps, states)
    }

    /// Heads from a layer on; the first MLP lies in the layer of the last of them.
    private func place(_ demand: Demand, from first: Int) -> (steps: [CircuitPlacement.Step], end: Int)? {
        let (size, groups) = (settings.heads, 1 + settings.backups)
        var (places, end): ([CircuitNode], Int) = ([], first)
        while places.count < demand.heads.count * size * groups {
            guard end < layers else { return nil }
            places += (0..<heads).map { .head(layer: end, head: $0) }.filter { !avoided.contains($0) }
            end += 1
        }
        var steps = demand.heads.enumerated().map { number, head in
            CircuitPlacement.Step(
                component: head,
                groups: (0..<groups).map { Array(places[((number * groups + $0) * size)...].prefix(size)) })
        }
        var mlps: [CircuitNode] = []
        var next = max(first, end - 1)
        while mlps.count < demand.mlps {
            guard next < layers else { return nil }
            if !avoided.contains(.mlp(layer: next)) { mlps.append(.mlp(layer: next)) }
            next += 1
        }
        if !mlps.isEmpty { steps.append(CircuitPlacement.Step(component: .mlp(layer: demand.layer), groups: [mlps])) }
        end = max(first + 1, end, next)
        return end <= layers ? (steps, end) : nil
    }
}

extension Settings.Circuit {
    /// The names in `avoid`.
    var avoidedNames: [String] { (avoid ?? "").split(separator: ",").map { String($0).withoutOuterSpace } }

    /// The components that are not to be used.
    ///
    /// - Throws: `.badData` for what is no head and no MLP of the student.
    func avoided(in shape: CircuitShape) throws(Failure) -> Set<CircuitNode> {
        var nodes: Set<CircuitNode> = []
        for name in avoidedNames {
            guard let node = CircuitNode(name), node.layer != nil, shape.has(node) else {
                throw Failure(
                    .badData, "circuit.avoid names '\(name.prefix(40))', which is no head and no MLP of the student",
                    remedy: "write heads as a3.h0 and MLPs as m5, layers and heads counted from 0")
            }
            nodes.insert(node)
        }
        return nodes
    }
}
