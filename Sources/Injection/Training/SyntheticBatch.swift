import Basics
import LanguageModels
import TensorCore

/// A training batch of given sizes over random tokens: for benchmarks, and to rehearse a step before there is data.
package struct SyntheticBatch {
    package var batch: TrainingBatch
    package let windows: [TextWindow]

    /// Two answer tokens an example, as a two-digit count has.
    /// - Parameters:
    ///   - examples: tokens of each task example, at least two.
    ///   - texts: tokens of each text.
    package init(examples: [Int], texts: [Int], vocabulary: Int, seed: Int = 1) {
        var random = SeededRandom(seed: seed, stream: "synthetic batch")
        func tokens(_ count: Int) -> [Int32] { (0..<count).map { _ in Int32(random.integer(below: vocabulary)) } }
        let tasks = examples.map(tokens)
        windows = texts.map { TextWindow(pieces: [tokens($0)], number: nil) }
        let packed = PackedBatch(tasks + windows.flatMap(\.pieces))
        let rows = packed.starts[tasks.count]
        batch = TrainingBatch(
            packed: packed, taskSequences: tasks.count, answerRows: [], answerTargets: [],
            isAnswer: Array(repeating: false, count: rows))
        for index in tasks.indices {
            for row in max(packed.starts[index], packed.starts[index + 1] - 2)..<packed.starts[index + 1] {
                batch.answerRows.append(Int32(row))
                batch.answerTargets.append(Int32(random.integer(below: vocabulary)))
                batch.isAnswer[row] = true
            }
        }
    }

    /// Alignment targets of the right shapes that say nothing.
    func emptyTargets(_ variables: AlignedVariables, dense: Bool, arena: Arena) -> AlignmentTargets {
        var targets = AlignmentTargets()
        let rows = batch.taskRows.count
        targets.labels = [Int32](repeating: -1, count: rows * variables.categorical.count)
        targets.numbers = [Float](repeating: .nan, count: rows * variables.numerical.count)
        if dense {
            targets.states = (0...variables.layout.layers).map { _ in arena.tensor(rows, variables.layout.width) }
        }
        return targets
    }
}
