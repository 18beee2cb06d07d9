import Discovery
import LanguageModels

/// One head that carries the first token to the last, and nothing else: queries and keys are zero, so attention is even;
/// the other head and the MLP write nothing; the last tokens of both prompts are the same.
enum OneWayModel {
    static let way: Set = ["input->a0.h0<v>", "a0.h0->logits"]
    static let pairs = [PromptPair(clean: [3, 5], corrupted: [9, 5], correct: 1, incorrect: 2)]

    static func make() -> GPT2Model {
        let model = GPT2Model(
            configuration: GPT2Configuration(vocabularySize: 23, contextLength: 8, width: 12, layers: 1, heads: 2))
        model.initialize(seed: 1, deviation: 0.4)
        let attention = model.parameters["h.0.attn.c_attn.weight"].value
        for row in 0..<12 { for column in 0..<24 { attention[row, column] = 0 } }
        model.parameters["h.0.attn.c_proj.weight"].value.rows(6..<12).fill(0)
        model.parameters["h.0.mlp.c_proj.weight"].value.fill(0)
        return model
    }
}
