import TensorCore

/// A decoder-only transformer that reads tokens and predicts each next one.
///
/// It consists of the embedding, the parts of a layer and the last norm, which `DecoderModel` has for every family. The
/// layer itself (`LanguageModel+Layer.swift`), the passes over all layers, hooks, generation, checkpoints and copies are
/// written for this protocol, and whoever trains or measures a model knows nothing else.
///
/// A model is either trainable (with gradients) or frozen (values only, possibly in a mapped file).
///
/// On a tape that does not record, each part gives the room of what it has made and does not need again back at once,
/// but never that of its arguments. Weights that are shared by all layers are brought in by the caller.
public protocol LanguageModel: AnyObject, Sendable {
    associatedtype Configuration: ModelConfiguration

    var configuration: Configuration { get }
    var weights: ModelWeights { get }
    /// The head, [V, D]: logits are the final activations times its transpose.
    var head: Parameter { get }
    /// The residual stream before the first layer, [N, D].
    func embed(_ tape: Tape, _ pass: ForwardPass) -> Variable

    /// What `embed` adds for the positions of the tokens alone, [N, D]; nil where positions enter elsewhere.
    func positions(_ tape: Tape, _ batch: PackedBatch) -> Variable?

    /// The norm before attention, [N, D].
    func normalizeForAttention(_ tape: Tape, _ x: Variable, layer: Int) -> Variable

    /// The queries, keys or values that attention takes, [N, heads W], with whatever positions do to them.
    ///
    /// - Parameters:
    ///   - tape: What the operations are recorded on.
    ///   - normalized: The stream after the norm before attention.
    ///   - reader: Whether these are queries, keys or values.
    ///   - head: A query head, of which only its own are wanted; nil for those of all heads, G for keys and values.
    ///   - layer: From 0.
    ///   - pass: The forward pass, which knows the positions.
    func operand(
        _ tape: Tape, _ normalized: Variable, _ reader: HookPoint.Reader, head: Int?, layer: Int, _ pass: ForwardPass
    ) -> Variable

    /// What the heads gather from the stream x, side by side, [N, H W]: the norm, queries, keys and values, attention.
    func attend(_ tape: Tape, _ x: Variable, layer: Int, _ pass: ForwardPass) -> Variable

    /// The stream with what the heads add to it: the output projection of what they have gathered, [N, D].
    func projectHeads(_ tape: Tape, _ mixed: Variable, layer: Int, addedTo stream: Variable) -> Variable

    /// What one head adds to the stream, [N, D], from what it has gathered, [N, W]. No bias, which belongs to no head.
    func projectHead(_ tape: Tape, _ mixed: Variable, head: Int, layer: Int) -> Variable

    /// What the MLP makes of the stream x, its norm included, added to `stream` in the same product where there is one.
    func transform(_ tape: Tape, _ x: Variable, layer: Int, addedTo stream: Variable?) -> Variable

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
}
