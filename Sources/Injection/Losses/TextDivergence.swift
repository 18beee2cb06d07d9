import Foundation
import InjectionSettings
import TensorCore

/// L_KL: KL(original || student) over every text position; the mean over tokens, or, as the authors' program has
/// it, the sum over a text's tokens and the mean over texts.
package struct TextDivergence: InjectionTerm {
    package static let column = LossColumn(name: "kl", legend: "KL", quantity: "KL divergence")
    package let weight: Float
    package let needs: Set<TrainingBatch.Part> = [.originalActivations]
    private let reduction: Settings.Loss.Reduction
    /// Of the weight, at the first step, and the share of the steps over which it rises to the whole.
    private let start, rise: Float

    package init?(_ setup: LossSetup) {
        guard setup.settings.loss.kl > 0 else { return nil }
        weight = Float(setup.settings.loss.kl)
        reduction = setup.settings.loss.klReduction
        start = min(1, Float(setup.settings.loss.klStart / setup.settings.loss.kl))
        rise = Float(setup.settings.loss.klRise)
    }

    /// A weight that rises from `start` to 1 geometrically: the mechanism is learned first, and the text is won back.
    package func weightShare(at batch: TrainingBatch) -> Float {
        batch.progress >= rise ? 1 : pow(start, 1 - batch.progress / rise)
    }

    /// The text's tokens, or its texts.
    package func normalizer(of batch: TrainingBatch) -> Float {
        Float(reduction == .mean ? batch.textRows.count : batch.texts.count)
    }

    package func roots(_ tape: Tape, _ pass: StudentPass, scale: Float) -> [Variable] {
        guard let original = pass.batch.teacherHidden, let originalHead = pass.originalHead else { return [] }
        let hidden = tape.gatherRows(pass.activations.final, rows: pass.batch.textRows.map { Int32($0) })
        return [
            tape.klDivergence(hidden, head: pass.head, teacherHidden: original, teacherHead: originalHead, scale: scale)
        ]
    }
}
