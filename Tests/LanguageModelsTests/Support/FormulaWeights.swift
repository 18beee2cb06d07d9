import LanguageModels

/// The model of Goldens/model.py.
enum FormulaModel {
    static let configuration = GPT2Configuration(
        vocabularySize: 31, contextLength: 12, width: 24, layers: 2, heads: 3, innerWidth: 40, endOfText: 30)
    static let sequences: [[Int32]] = [[3, 14, 15, 9, 26, 5, 3, 5, 8, 9, 7], [27, 18, 28, 18, 2, 8]]

    static func make() -> GPT2Model {
        let model = GPT2Model(configuration: configuration)
        for (number, parameter) in model.parameters.parameters.enumerated() {
            let isGain = parameter.name.contains("ln_") && parameter.name.hasSuffix("weight")
            for index in 0..<parameter.value.count {
                let value = Float(Double((index * 7919 + number * 104_729 + 12345) % 65521) / 65521 - 0.5)
                parameter.value[index] = isGain ? 1 + value * 0.5 : value
            }
        }
        return model
    }
}
