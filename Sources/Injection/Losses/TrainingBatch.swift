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

    /// Task sequences, then the texts that stand by themselves.
    package var packed: PackedBatch
    package var taskSequences: Int
    package var taskRows: Range<Int> { 0..<packed.starts[taskSequences] }
    /// How many tokens of each task sequence stand before its prompt.
    package var contexts: [Int]
    /// The rows of each text, in the order of `teacherHidden`: a sequence of its own, or what stands before a prompt.
    package var texts: [Range<Int>]
    package var textRows: [Int] { texts.flatMap(Array.init) }

    /// The rows whose next token is supervised, and those tokens.
    package var answerRows: [Int32]
    package var answerTargets: [Int32]
    /// For each task row, whether it is one of them.
    package var isAnswer: [Bool]

    /// The compiled model on the task rows; nil where no term needs it.
    package var targets: AlignmentTargets?
    /// The number of the step in the run, from 0; it decides whose turn it is where several things take turns.
    package var number = 0
    /// The share of the run's steps that have been taken, on which weights that change over a run depend.
    package var progress: Float = 1
    /// What is exchanged between task sequences.
    package var exchange: VariableExchange?
    /// The original model's final activations on the text rows.
    package var teacherHidden: Tensor?
    /// Examples in which components are replaced; nil where no circuit is injected.
    package var circuit: CircuitBatch?

    /// Where in a task sequence the answer begins to be predicted: the offset of the prompt's last token.
    func answerOffset(of sequence: Int) -> Int {
        isAnswer[packed.starts[sequence]..<packed.starts[sequence + 1]].prefix { !$0 }.count
    }

    /// - Parameters:
    ///   - contexts: nil: every prompt begins its sequence.
    ///   - texts: nil: the sequences behind those of the task.
    package init(
        packed: PackedBatch, taskSequences: Int, answerRows: [Int32], answerTargets: [Int32], isAnswer: [Bool],
        contexts: [Int]? = nil, texts: [Range<Int>]? = nil
    ) {
        (self.packed, self.taskSequences, self.isAnswer) = (packed, taskSequences, isAnswer)
        (self.answerRows, self.answerTargets) = (answerRows, answerTargets)
        self.contexts = contexts ?? Array(repeating: 0, count: taskSequences)
        self.texts = texts ?? (taskSequences..<packed.count).map { packed.rows($0) }
    }
}
