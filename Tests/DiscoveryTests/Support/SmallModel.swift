import Basics
import Circuits
import Discovery
import LanguageModels
import TensorCore
import Testing

/// A small model of each family, with weights large enough that every edge matters.
struct SmallModel: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let make: @Sendable () -> any LanguageModel

    static let gpt2 = SmallModel(testDescription: "GPT-2") {
        let model = GPT2Model(
            configuration: GPT2Configuration(
                vocabularySize: 23, contextLength: 16, width: 12, layers: 2, heads: 2, innerWidth: 20))
        model.initialize(seed: 3, deviation: 0.4)
        model.fillBiases(seed: 4)
        return model
    }
    /// Two query heads share keys and values.
    static let llama = SmallModel(testDescription: "Llama") {
        let model = LlamaModel(
            configuration: LlamaConfiguration(
                vocabularySize: 23, contextLength: 16, width: 12, layers: 2, heads: 2, keyValueHeads: 1,
                innerWidth: 20, epsilon: 1e-5),
            weights: ModelWeights(
                zeros: LlamaConfiguration(
                    vocabularySize: 23, contextLength: 16, width: 12, layers: 2, heads: 2, keyValueHeads: 1,
                    innerWidth: 20, epsilon: 1e-5)))
        model.initialize(seed: 5, deviation: 0.4)
        return model
    }
    static let all = [gpt2, llama]

    /// Of different lengths, so that batches are ragged.
    static let pairs = [
        PromptPair(clean: [3, 1, 4, 1, 5], corrupted: [2, 7, 4, 1, 8], correct: 6, incorrect: 9),
        PromptPair(clean: [9, 2, 6, 5, 3, 5, 8], corrupted: [9, 7, 9, 3, 2, 3, 8], correct: 4, incorrect: 11),
        PromptPair(clean: [0, 22], corrupted: [21, 20], correct: 19, incorrect: 0),
    ]
}

extension LanguageModel {
    /// Biases start as zero, under which nothing that belongs to them can go wrong.
    func fillBiases(seed: UInt64) {
        for parameter in parameters.parameters where parameter.name.hasSuffix("bias") {
            var random = SeededRandom(seed: seed, stream: parameter.name)
            random.fillNormal(parameter.value.buffer, deviation: 0.3)
        }
    }
}

extension DiscoveryMethods {
    /// The scores that a method gives on a model.
    static func graph(
        _ name: String, _ model: any LanguageModel, pairs: [PromptPair] = SmallModel.pairs,
        _ options: DiscoveryOptions = DiscoveryOptions()
    ) throws -> CircuitGraph {
        let (method, options) = try named(name, options)
        return try method.graph(
            PreparedTask(
                model, pairs: pairs, ablation: options.ablation, metric: options.metric ?? .logitDifference))
    }
}
