import LanguageModels
import Testing

/// The models of Goldens/llama.py.
struct LlamaFormula: CustomTestStringConvertible {
    let name: String
    let configuration: LlamaConfiguration

    static let untied = LlamaFormula(
        name: "untied",
        configuration: LlamaConfiguration(
            vocabularySize: 31, contextLength: 24, width: 32, layers: 2, heads: 4, keyValueHeads: 2, innerWidth: 44,
            epsilon: 1e-5, endOfText: 30))
    /// With heads of whole registers, which have kernels of their own.
    static let tied = LlamaFormula(
        name: "tied",
        configuration: LlamaConfiguration(
            vocabularySize: 31, contextLength: 24, width: 32, layers: 2, heads: 4, keyValueHeads: 2, headWidth: 16,
            innerWidth: 44, epsilon: 1e-5, theta: 100, isTied: true, endOfText: 30))

    var testDescription: String { name }

    func make() -> any LanguageModel {
        let model = LlamaModel(configuration: configuration, weights: ModelWeights(zeros: configuration))
        let sorted = model.parameters.parameters.sorted { $0.name < $1.name }
        for (number, parameter) in sorted.enumerated() {
            let isGain = parameter.name.contains("norm")
            for index in 0..<parameter.value.count {
                let value = Float(Double((index * 7919 + number * 104_729 + 12345) % 65521) / 65521 - 0.5)
                parameter.value[index] = isGain ? 1 + value * 0.5 : value
            }
        }
        return model
    }
}
