import LanguageModels
import TensorCore

/// One forward pass of the student, for all terms to read.
package struct StudentPass {
    package var batch: TrainingBatch
    package var activations: Activations
    /// What the points that a term observes gave out; empty in the pass over a circuit batch.
    package var observed: [HookPoint: Variable] = [:]
    /// The student's output embedding, on the tape.
    package var head: Variable
    /// The linear map to the compiled model's residual stream.
    package var projection: Projection
    /// The output embedding of the original; nil where nothing is compared with it.
    package var originalHead: Tensor?
}
