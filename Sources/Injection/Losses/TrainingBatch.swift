import LanguageModels
import TensorCore
import TrainingEngine

/// One step's work: task examples and plain text in one packed batch, and everything the losses compare them with.
package struct TrainingBatch: LossBatch {
    /// What a term of the loss may compare the student with; made for a batch only where a term needs it.
    package enum Part: Sendable {
        /// The values of the program's variables on the task rows.
        case compiledValues
        /// The residual states of the compiled model on the task rows; the values come with them.
        case compiledStates
        /// The original's final activations on the text rows.
        case originalActivations
    }

    /// Task sequences, then text sequences.
    package var packed: PackedBatch
    package var taskSequences: Int
    package var textSequences: Int { packed.starts.count - 1 - taskSequences }
    package var taskRows: Range<Int> { 0..<packed.starts[taskSequences] }
    package var textRows: Range<Int> { packed.starts[taskSequences]..<packed.tokens.count }

    /// The rows whose next token is supervised, and those tokens.
    package var answerRows: [Int32]
    package var answerTargets: [Int32]
    /// For each task row, whether it is one of them.
    package var isAnswer: [Bool]

    /// The compiled model on the task rows; nil where no term needs it.
    package var targets: AlignmentTargets?
    /// Of the batch in the run, from 0: what takes turns goes by it.
    package var number = 0
    /// What is exchanged between task sequences.
    package var exchange: VariableExchange?
    /// The original model's final activations on the text rows.
    package var teacherHidden: Tensor?

    /// Where in a task sequence the answer begins to be predicted: the offset of the prompt's last token.
    func answerOffset(of sequence: Int) -> Int {
        isAnswer[packed.starts[sequence]..<packed.starts[sequence + 1]].prefix { !$0 }.count
    }

    package init(packed: PackedBatch, taskSequences: Int, answerRows: [Int32], answerTargets: [Int32], isAnswer: [Bool])
    {
        (self.packed, self.taskSequences, self.isAnswer) = (packed, taskSequences, isAnswer)
        (self.answerRows, self.answerTargets) = (answerRows, answerTargets)
    }
}
