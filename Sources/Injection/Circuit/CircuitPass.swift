import Circuits
import LanguageModels
import TensorCore

/// The forward pass of a circuit batch: the partners as they are, then the examples with components replaced.
struct CircuitPass {
    let student: any LanguageModel
    let batch: CircuitBatch

    /// - Returns: the activations of the examples.
    func callAsFunction(_ tape: Tape) -> Activations {
        let clean = partnerOutputs(Tape(arena: tape.arena, recording: false, precision: tape.precision))
        return student.forward(tape, batch.examples.packed, hooks: hooks(clean))
    }

    /// What every writer adds to the stream for the partners, [N, D] each.
    private func partnerOutputs(_ tape: Tape) -> [CircuitNode: Tensor] {
        var outputs: [CircuitNode: Tensor] = [:]
        var hooks = Hooks()
        for node in writers {
            guard let point = node.output else { continue }
            hooks.observe(at: point) { outputs[node] = $0.value }
        }
        _ = student.forward(tape, batch.partners, hooks: hooks)
        return outputs
    }

    /// The components of which something is replaced.
    private var writers: Set<CircuitNode> {
        batch.rerouted.values.reduce(into: Set(batch.replaced.keys)) { $0.formUnion($1.keys) }
    }

    private func hooks(_ clean: [CircuitNode: Tensor]) -> Hooks {
        var hooks = Hooks()
        let written = Written()
        for node in writers {
            guard let point = node.output, let values = clean[node] else { continue }
            let rows = batch.rows(batch.replaced[node] ?? [])
            hooks.add(at: point) { tape, output in
                let result = tape.replaceRows(output, rows, by: values)
                written.outputs[node] = result
                return result
            }
        }
        for (reader, replaced) in batch.rerouted {
            let chosen = replaced.sorted { $0.key.description < $1.key.description }
            hooks.add(at: reader.input(in: student.configuration)) { tape, stream in
                tape.reroute(
                    stream, writers: chosen.compactMap { written.outputs[$0.key] },
                    values: chosen.compactMap { clean[$0.key] }, chosen: chosen.map { batch.rows($0.value) })
            }
        }
        return hooks
    }

    /// What the components have added in this pass so far.
    private final class Written {
        var outputs: [CircuitNode: Variable] = [:]
    }
}

extension CircuitNode {
    /// Where a forward pass has what the component adds to the stream.
    package var output: HookPoint? {
        switch self {
        case .input: .residual(0)
        case .head(let layer, let head): .head(layer: layer, head: head)
        case .mlp(let layer): .mlp(layer: layer)
        case .logits: nil
        }
    }
}

extension CircuitReader {
    /// Where a forward pass has the stream that is read.
    package func input(in configuration: any ModelConfiguration) -> HookPoint {
        switch self {
        case .head(let layer, let head, .query): .headInput(layer: layer, head: head, .query)
        case .head(let layer, let head, .key): .headInput(layer: layer, head: head, .key)
        case .head(let layer, let head, .value): .headInput(layer: layer, head: head, .value)
        case .mlp(let layer): .mlpInput(layer: layer)
        case .logits: .residual(configuration.layers)
        }
    }
}
