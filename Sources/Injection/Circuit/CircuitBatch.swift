import Circuits
import LanguageModels

/// Task examples in which components are made to give out what they give out for another prompt.
///
/// Where the component is outside the circuit, nothing may follow. Where it does a step of the program, what follows is
/// what follows in the compiled model.
package struct CircuitBatch {
    /// The examples with what they are aligned with after the exchange. Nothing else happens to them.
    package var examples: TrainingBatch
    /// For each example the prompt whose outputs it takes, token by token.
    package var partners: PackedBatch
    /// For each component the examples in which its output is replaced, for all that read it.
    package var replaced: [CircuitNode: [Int]] = [:]
    /// For each reader of the stream, the writers whose outputs are replaced for it alone, and in which examples.
    package var rerouted: [CircuitReader: [CircuitNode: [Int]]] = [:]

    package init(examples: TrainingBatch, partners: PackedBatch) {
        (self.examples, self.partners) = (examples, partners)
    }

    /// The rows of some examples that both prompts have.
    func rows(_ sequences: [Int]) -> [Int32] {
        sequences.flatMap { sequence in examples.packed.rows(sequence).map { Int32($0) } }
    }
}
