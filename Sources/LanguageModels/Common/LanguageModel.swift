import Foundation
import Serialization
import TensorCore

/// A decoder-only transformer that reads tokens and predicts each next one.
///
/// A family of models is a `ModelConfiguration` and one of these: the embedding, one layer, the last norm. The passes
/// over all layers, generation, checkpoints and copies are the same for all (the extensions in this folder), and whoever
/// trains or measures a model knows this protocol only.
///
/// A model is either trainable (with gradients) or frozen (values only, possibly in a mapped file).
public protocol LanguageModel: AnyObject, Sendable {
    associatedtype Configuration: ModelConfiguration

    var configuration: Configuration { get }
    var weights: ModelWeights { get }
    /// The head, [V, D]: logits are the final activations times its transpose.
    var head: Parameter { get }

    /// The residual stream before the first layer, [N, D].
    func embed(_ tape: Tape, _ pass: ForwardPass) -> Variable

    /// The residual stream after a layer, [N, D]. On a tape that does not record, what is not needed again gives its
    /// room back at once; weights that are shared by all layers are brought in by the caller.
    ///
    /// - Parameters:
    ///   - x: The stream before the layer, whose room is given back where `discardingInput` says so.
    ///   - rows: Those of the result that are wanted; nil for all. What only the others need is not computed.
    func layer(
        _ tape: Tape, _ x: Variable, _ index: Int, _ pass: ForwardPass, discardingInput: Bool, keeping rows: [Int32]?
    ) -> Variable

    /// The last norm: what the head reads, [N, D].
    func normalize(_ tape: Tape, _ x: Variable) -> Variable
}

extension LanguageModel {
    /// Named by the configuration's tensors.
    public var parameters: ParameterStore { weights.store }

    /// A frozen model with a copy of these weights: the teacher of a student that is about to be trained.
    public func frozenCopy() -> any LanguageModel {
        let copy = ModelWeights(zeros: configuration, gradients: false)
        for (target, source) in zip(copy.store.parameters, parameters.parameters) {
            target.value.copy(from: source.value)
        }
        return configuration.model(copy)
    }

    /// Writes the weights in fp32 under the names that `transformers` gives them; a tied head is left out.
    public func writeWeights(to file: URL) throws(Failure) {
        var writer = SafeTensorsWriter()
        for tensor in configuration.tensors {
            let values = UnsafeBufferPointer(parameters[tensor.name].value.buffer)
            writer.add(tensor.spellings[0], shape: tensor.shape.dimensions, floats: values)
        }
        try writer.write(to: file, metadata: ["format": "pt"])
    }
}
