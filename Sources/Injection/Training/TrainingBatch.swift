import GPT2
import RASP
import TensorCore

/// One step's work: task examples and plain text in one packed batch, and everything the losses compare them with.
struct TrainingBatch {
    /// Task sequences, then text sequences.
    var packed: PackedBatch
    var taskSequences: Int
    var textSequences: Int { packed.starts.count - 1 - taskSequences }
    var taskRows: Range<Int> { 0..<packed.starts[taskSequences] }
    var textRows: Range<Int> { packed.starts[taskSequences]..<packed.tokens.count }

    /// The rows whose next token is supervised, and those tokens.
    var answerRows: [Int32]
    var answerTargets: [Int32]
    /// For each task row, whether it is one of them.
    var isAnswer: [Bool]

    /// The compiled model on the task rows; nil for the baseline.
    var targets: AlignmentTargets?
    /// The original model's final activations on the text rows.
    var teacherHidden: Tensor?
}
