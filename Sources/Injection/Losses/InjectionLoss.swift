import LanguageModels
import InjectionSettings
import RASP
import TensorCore

/// L = alpha L_CE + beta L_ALG + gamma L_KL on one packed batch: task examples first, plain text behind them.
///
/// One forward pass of the student serves all three; roll and exchange act on the task rows only.
package struct InjectionLoss {
    let weights: Settings.Loss
    /// nil for the baseline.
    package let alignment: AlignmentLoss?
    let roll: RollIntervention?
    let projection: Projection

    /// The roots of the backward pass, and what each part of the loss is worth by itself.
    package struct Value {
        package var roots: [Variable] = []
        package var ce: Float = 0
        package var alg: Float = 0
        package var kl: Float = 0

        /// The parts under the names that logs and messages use.
        package var parts: [(name: String, value: Float)] { [("ce", ce), ("alg", alg), ("kl", kl)] }

        package func total(_ weights: Settings.Loss) -> Float {
            Float(weights.ce) * ce + Float(weights.alg) * alg + Float(weights.kl) * kl
        }
    }

    package init(weights: Settings.Loss, alignment: AlignmentLoss?, roll: RollIntervention?, projection: Projection) {
        (self.weights, self.alignment, self.roll, self.projection) = (weights, alignment, roll, projection)
    }

    package func callAsFunction(
        _ tape: Tape, student: any LanguageModel, teacherHead: Tensor?, batch: TrainingBatch
    ) throws -> Value {
        var hooks = Hooks()
        if let exchange = batch.exchange {
            hooks.add(at: .residual(exchange.layer), try exchange.hook(projection: projection, batch: batch.packed))
        }
        if let (point, hook) = try roll?.hook(projection: projection, batch: batch) { hooks.add(at: point, hook) }
        let activations = student.forward(tape, batch.packed, hooks: hooks)
        let head = tape.parameter(student.head)
        var value = Value()

        if weights.ce > 0 {
            let answers = answerLoss(tape, activations, head: head, batch: batch)
            value.ce = answers.value.scalar / Float(weights.ce)
            value.roots.append(answers)
        }
        if let alignment, let targets = batch.targets {
            let parts = alignment(
                tape, activations, projection: projection, targets: targets,
                rows: batch.taskRows, isAnswer: batch.isAnswer, scale: Float(weights.alg))
            value.alg = parts.reduce(0) { $0 + $1.value.scalar } / Float(weights.alg)
            value.roots += parts
        }
        if weights.kl > 0, let teacherHidden = batch.teacherHidden, let teacherHead {
            let text = textLoss(
                tape, activations, head: head, teacherHidden: teacherHidden, teacherHead: teacherHead,
                batch: batch)
            value.kl = text.value.scalar / Float(weights.kl)
            value.roots.append(text)
        }
        return value
    }

    /// alpha L_CE: the mean cross-entropy of the supervised tokens. Only their rows go through the head.
    private func answerLoss(
        _ tape: Tape, _ activations: Activations, head: Variable, batch: TrainingBatch
    ) -> Variable {
        tape.crossEntropy(
            tape.gatherRows(activations.final, rows: batch.answerRows), head: head,
            targets: batch.answerTargets,
            scale: Float(weights.ce) / Float(max(batch.answerTargets.count, 1)))
    }

    /// gamma L_KL: KL(original || student) over every text position; the mean over tokens, or, as the authors' program
    /// has it, the sum over a text's tokens and the mean over texts.
    private func textLoss(
        _ tape: Tape, _ activations: Activations, head: Variable, teacherHidden: Tensor, teacherHead: Tensor,
        batch: TrainingBatch
    ) -> Variable {
        let divisor =
            weights.klReduction == .mean ? batch.textRows.count : batch.textSequences
        return tape.klDivergence(
            tape.gatherRows(activations.final, rows: batch.textRows.map { Int32($0) }), head: head,
            teacherHidden: teacherHidden, teacherHead: teacherHead,
            scale: Float(weights.kl) / Float(max(divisor, 1)))
    }
}
