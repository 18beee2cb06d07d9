import Circuits
import LanguageModels

extension CircuitNode {
    /// Where the model's forward pass has what this node adds to the stream; nil for the logits. The input is the whole
    /// stream before the first layer, positions included.
    public var hookPoint: HookPoint? {
        switch self {
        case .input: .residual(0)
        case .head(let layer, let head): .head(layer: layer, head: head)
        case .mlp(let layer): .mlp(layer: layer)
        case .logits: nil
        }
    }
}

extension CircuitReader {
    /// Where the model's forward pass has the stream that is read here, before the norm.
    public func hookPoint(in configuration: some ModelConfiguration) -> HookPoint {
        switch self {
        case .head(let layer, let head, let operand):
            .headInput(layer: layer, head: head, HookPoint.Reader(operand))
        case .mlp(let layer): .mlpInput(layer: layer)
        case .logits: .residual(configuration.layers)
        }
    }
}

extension HookPoint.Reader {
    public init(_ operand: CircuitReader.Operand) {
        self =
            switch operand {
            case .query: .query
            case .key: .key
            case .value: .value
            }
    }
}

extension CircuitShape {
    /// The components of a language model.
    public init(_ configuration: some ModelConfiguration) {
        self.init(
            headsPerLayer: Array(repeating: configuration.heads, count: configuration.layers),
            streamWidth: configuration.width, hasParallelMLP: configuration.hasParallelMLP)
    }
}
