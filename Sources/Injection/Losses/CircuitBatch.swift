import LanguageModels
import TensorCore

/// Task examples in which components are made to give out what they give out for another prompt.
///
/// Where the component is outside the circuit, nothing may follow. Where it does a step of the program, what follows is
/// what follows in the compiled model.
///
/// A class, because a batch of a step holds one and it holds a batch of its own.
package final class CircuitBatch {
    /// The examples with what they are aligned with after the exchange. Nothing else happens to them.
    package let examples: TrainingBatch
    /// For each example the prompt whose outputs it takes, token by token.
    package let partners: PackedBatch
    package var replacement = ComponentReplacement()

    package init(examples: TrainingBatch, partners: PackedBatch) {
        (self.examples, self.partners) = (examples, partners)
    }

    /// The forward pass: the partners as they are, then the examples with components replaced.
    ///
    /// - Returns: the activations of the examples.
    func forward(_ tape: Tape, _ student: any LanguageModel) -> Activations {
        let values = ComponentReplacement.outputs(
            of: replacement.writers, student, partners,
            Tape(arena: tape.arena, recording: false, precision: tape.precision))
        return student.forward(
            tape, examples.packed,
            hooks: replacement.hooks(values, batch: examples.packed, configuration: student.configuration))
    }
}
