import Basics
import LanguageModels
import TensorCore
import Testing

/// What Peer/training.py or Goldens/model.py has recorded of a model: loss, every gradient, and ten AdamW steps.
struct TrainingComparison {
    let expected: SafeTensorsFile
    /// Of the names in the file.
    var prefix = ""
    let batch: PackedBatch
    /// AdamW's learning rate in the ten steps, and what is added to its divisor.
    var rate: Float = 3e-3
    var epsilon: Float = 1e-2
    /// Elements of a parameter that are not compared after the steps.
    var isLeftOut: @Sendable (_ parameter: String) -> Range<Int>? = { _ in nil }

    /// Of a tensor's largest value. The recorded values are of fp64; fp32 keeps about seven digits, and the sums here have
    /// some hundred terms, so this leaves room for a hundredfold. What fails is an error of method.
    static let tolerance: Float = 1e-4
    /// Of gradients that are 0, where logits are some units.
    private static let rounding: Float = 1e-6

    /// Mean cross-entropy of the next tokens; each sequence's last row predicts nothing.
    private func loss(_ tape: Tape, _ model: any LanguageModel) -> Variable {
        let final = model.forward(tape, batch).final
        let rows = (0..<batch.count).flatMap { batch.rows($0).dropLast() }
        return tape.crossEntropy(
            tape.gatherRows(final, rows: rows.map(Int32.init)), head: tape.parameter(model.head),
            targets: rows.map { batch.tokens[$0 + 1] }, scale: 1 / Float(rows.count))
    }

    func expectGradients(of model: any LanguageModel) throws {
        model.parameters.zeroGradients()
        let tape = Tape(arena: Arena())
        let loss = loss(tape, model)
        #expect(abs(loss.value.scalar - (try expected.floats("\(prefix)losses")[0])) < Self.tolerance)
        tape.backward(from: loss)
        for parameter in model.parameters.parameters {
            let gradient = try expected.floats("\(prefix)gradient.\(parameter.name)")
            let own = try #require(parameter.gradient).values
            // A softmax does not see what all keys have in common: where keys are not turned, the gradient of their bias
            // is 0, and what is recorded is rounding (`transformers` has the softmax in fp32).
            guard gradient.contains(where: { abs($0) > Self.rounding }) else {
                #expect(own.allSatisfy { abs($0) < Self.rounding }, "\(parameter.name)")
                continue
            }
            let difference = relativeDifference(own, gradient)
            #expect(difference < Self.tolerance, "\(parameter.name): \(difference)")
        }
    }

    func expectTenSteps(of model: any LanguageModel) throws {
        let optimizer = AdamW(
            store: model.parameters, groups: [.init(learningRate: rate, weightDecay: 0.1)], epsilon: epsilon)
        let arena = Arena()
        let losses = try expected.floats("\(prefix)losses")
        for step in 0...10 {
            arena.reset()
            model.parameters.zeroGradients()
            let tape = Tape(arena: arena)
            let loss = loss(tape, model)
            #expect(abs(loss.value.scalar - losses[step]) < Self.tolerance * losses[0])
            guard step < 10 else { break }
            tape.backward(from: loss)
            optimizer.step()
        }
        for parameter in model.parameters.parameters {
            var (values, after) = (parameter.value.values, try expected.floats("\(prefix)after.\(parameter.name)"))
            if let range = isLeftOut(parameter.name) {
                values.removeSubrange(range)
                after.removeSubrange(range)
            }
            let difference = relativeDifference(values, after)
            #expect(difference < Self.tolerance, "\(parameter.name): \(difference)")
        }
    }
}
