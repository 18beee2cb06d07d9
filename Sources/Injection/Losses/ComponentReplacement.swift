import Circuits
import Discovery
import LanguageModels
import TensorCore

/// In which sequences of a batch components give out something else than they compute, as data.
package struct ComponentReplacement: Sendable {
    /// For each component the sequences in which its output is replaced, for all that read it.
    package var replaced: [CircuitNode: [Int]] = [:]
    /// For each reader of the stream, the writers whose outputs are replaced for it alone, and in which sequences.
    package var rerouted: [CircuitReader: [CircuitNode: [Int]]] = [:]

    package init() {}

    /// The components of which something is replaced.
    package var writers: Set<CircuitNode> {
        rerouted.values.reduce(into: Set(replaced.keys)) { $0.formUnion($1.keys) }
    }

    /// - Parameters:
    ///   - values: what each writer gives out instead, [N, D] over the rows of the batch.
    ///   - batch: the sequences; those that are named are replaced at every token.
    package func hooks(
        _ values: [CircuitNode: Tensor], batch: PackedBatch, configuration: any ModelConfiguration
    ) -> Hooks {
        func rows(_ sequences: [Int]) -> [Int32] { sequences.flatMap { batch.rows($0).map { Int32($0) } } }
        var hooks = Hooks()
        let written = Written()
        for node in writers {
            guard let point = node.hookPoint, let values = values[node] else { continue }
            let chosen = rows(replaced[node] ?? [])
            hooks.add(at: point) { tape, output in
                let result = tape.replaceRows(output, chosen, by: values)
                written.outputs[node] = result
                return result
            }
        }
        for (reader, replaced) in rerouted {
            let sources = replaced.filter { !$0.value.isEmpty }.sorted { $0.key.description < $1.key.description }
            guard !sources.isEmpty else { continue }
            hooks.add(at: reader.hookPoint(in: configuration)) { tape, stream in
                tape.reroute(
                    stream, writers: sources.compactMap { written.outputs[$0.key] },
                    values: sources.compactMap { values[$0.key] }, chosen: sources.map { rows($0.value) })
            }
        }
        return hooks
    }

    /// What components add to the stream, [N, D] each, in a pass without any replacement.
    package static func outputs(
        of nodes: some Sequence<CircuitNode>, _ student: any LanguageModel, _ batch: PackedBatch, _ tape: Tape
    ) -> [CircuitNode: Tensor] {
        var outputs: [CircuitNode: Tensor] = [:]
        var hooks = Hooks()
        for node in nodes {
            guard let point = node.hookPoint else { continue }
            hooks.observe(at: point) { outputs[node] = $0.value }
        }
        _ = student.forward(tape, batch, hooks: hooks)
        return outputs
    }

    /// What the components have given out in this pass so far.
    private final class Written {
        var outputs: [CircuitNode: Variable] = [:]
    }
}
