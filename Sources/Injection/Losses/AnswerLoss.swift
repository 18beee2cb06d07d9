import TensorCore

/// L_CE: the mean cross-entropy of the supervised tokens of the task examples. Only their rows go through the head.
package struct AnswerLoss: InjectionTerm {
    package static let column = LossColumn(name: "ce", legend: "answers", quantity: "cross-entropy")
    package let weight: Float
    package let needs: Set<TrainingBatch.Part> = []

    package init?(_ setup: LossSetup) {
        guard setup.settings.loss.ce > 0 else { return nil }
        weight = Float(setup.settings.loss.ce)
    }

    /// The supervised tokens.
    package func normalizer(of batch: TrainingBatch) -> Float { Float(batch.answerTargets.count) }

    package func roots(_ tape: Tape, _ pass: StudentPass, scale: Float) -> [Variable] {
        let hidden = tape.gatherRows(pass.activations.final, rows: pass.batch.answerRows)
        return [tape.crossEntropy(hidden, head: pass.head, targets: pass.batch.answerTargets, scale: scale)]
    }
}
