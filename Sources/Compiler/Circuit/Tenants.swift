import Circuits

/// Which variable has a direction at which time. Times are half-layers: 0 is the embedding, 2 l + 1 the heads of layer
/// l, 2 l + 2 its MLP, layers counted from 0.
struct Tenants: Sendable {
    /// By direction, those that have it one after the other, with the time at which they are written.
    private let tenants: [[(time: Int, variable: CircuitVariable)]]

    init(_ model: CompiledModel, _ parts: [CircuitNode: CircuitParts]) {
        var tenants = [[(time: Int, variable: CircuitVariable)]](repeating: [], count: model.width)
        for (number, variable) in model.variables.enumerated() {
            let time = Self.time(of: variable, model, parts)
            let named = CircuitVariable(name: variable.name, isScratch: variable.isScratch, number: number)
            // A variable may have several names, of which the first is taken.
            for direction in variable.directions where !tenants[direction].contains(where: { $0.time == time }) {
                tenants[direction].append((time, named))
            }
        }
        for direction in tenants.indices {
            // Only BOS belongs to no variable.
            if tenants[direction].isEmpty {
                let bos = CircuitVariable(name: model.basis[direction].variable, isScratch: true, number: nil)
                tenants[direction] = [(0, bos)]
            }
            tenants[direction].sort { $0.time < $1.time }
        }
        self.tenants = tenants
    }

    /// When a variable is written: by the heads of its layer if one of them writes any of its directions, else by the
    /// MLP.
    private static func time(
        of variable: CompiledVariable, _ model: CompiledModel, _ parts: [CircuitNode: CircuitParts]
    ) -> Int {
        guard variable.writtenByLayer > 0 else { return 0 }
        let layer = variable.writtenByLayer - 1
        let directions = Set(variable.directions)
        let isFromHead = (0..<model.headsPerLayer[layer]).contains { head in
            parts[.head(layer: layer, head: head)]?.writes.contains(where: directions.contains) ?? false
        }
        return 2 * layer + (isFromHead ? 1 : 2)
    }

    /// Who has a direction when what runs at that time reads it.
    func read(_ direction: Int, at time: Int) -> CircuitVariable {
        (tenants[direction].last { $0.time < time } ?? tenants[direction][0]).variable
    }

    /// Whom what is written to a direction at that time is about: the variable that is computed there and then, else
    /// the one that is cleared.
    func written(_ direction: Int, at time: Int) -> CircuitVariable {
        (tenants[direction].last { $0.time <= time } ?? tenants[direction][0]).variable
    }

    /// The variable that is computed there and then.
    func computed(_ direction: Int, at time: Int) -> CircuitVariable? {
        tenants[direction].first { $0.time == time }?.variable
    }
}

extension CircuitNode {
    /// The half-layer at which the node runs.
    func time(layers: Int) -> Int {
        switch self {
        case .input: 0
        case .head(let layer, _): 2 * layer + 1
        case .mlp(let layer): 2 * layer + 2
        case .logits: 2 * layers + 1
        }
    }
}
