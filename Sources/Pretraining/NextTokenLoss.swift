import TensorCore
import TrainingEngine

/// The windows of one step, and the token that follows each of their tokens.
struct PretrainBatch: LossBatch {
    var sequences: [[Int32]]
    var targets: [Int32]
}

/// What the forward pass of a step leaves: final activations, and the output embedding on the tape.
struct PretrainPass {
    var batch: PretrainBatch
    var final: Variable
    var head: Variable
}

/// The mean cross-entropy of all tokens of a batch.
struct NextTokenLoss: LossTerm {
    let name = "ce"
    let weight: Float = 1
    let needs: Set<PretrainBatch.Part> = []

    func normalizer(of batch: PretrainBatch) -> Float { Float(batch.targets.count) }

    func roots(_ tape: Tape, _ pass: PretrainPass, scale: Float) -> [Variable] {
        [tape.crossEntropy(pass.final, head: pass.head, targets: pass.batch.targets, scale: scale)]
    }
}
