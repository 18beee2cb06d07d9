import LanguageModels
import TensorCore
import Testing

/// A pass that goes on from a known state ends where a whole one does.
@Suite struct ContinuedPassTests {
    @Test(arguments: ["gpt2", "llama"]) func everyStateLeadsToTheSameEnd(_ family: String) throws {
        let configuration: any ModelConfiguration =
            family == "gpt2"
            ? GPT2Configuration(vocabularySize: 50, contextLength: 16, width: 32, layers: 3, heads: 2, endOfText: 0)
            : LlamaConfiguration(
                vocabularySize: 50, contextLength: 16, width: 32, layers: 3, heads: 2, keyValueHeads: 1, innerWidth: 48,
                endOfText: 0)
        let model = configuration.model(seed: 3)
        let batch = PackedBatch([[1, 2, 3, 4, 5], [6, 7, 8]])
        let tape = Tape(arena: Arena(), recording: false)
        let whole = model.forward(tape, batch)
        let rows: [Int32] = [2, 4, 7]
        for state in 0...3 {
            let final = model.final(tape, batch, from: state, stream: whole.residual[state], rows: rows).value
            #expect(final.rows == 3)
            for (row, place) in rows.enumerated() {
                for column in 0..<32 {
                    // The same sums in products of other shapes: rounding alone differs.
                    let difference = abs(final.row(row)[column] - whole.final.value.row(Int(place))[column])
                    #expect(difference < 1e-4, "\(family), state \(state)")
                }
            }
        }
    }
}
