import Foundation
import Injection
import InjectionSettings
import LanguageModels
import TensorCore
import Testing

/// What heads outside a circuit are trained to give out.
@Suite struct DecoyLossTests {
    private static let layout = VariableLayout(
        entries: [
            .init(
                name: "word", encoding: .categorical([.int(0), .int(1), .int(2)]), rows: 0..<3, writtenByLayer: 0,
                readByLayer: 1),
            .init(name: "share", encoding: .numerical([0, 2, 4]), rows: 3..<4, writtenByLayer: 0, readByLayer: 1),
            .init(
                name: "out", encoding: .categorical([.int(0), .int(1)]), rows: 4..<6, writtenByLayer: 1,
                readByLayer: 0),
        ], directions: Array(0..<6), output: 2, layers: 1)

    private static let decoys = [(HookPoint.head(layer: 0, head: 1), 0), (.head(layer: 1, head: 0), 1)].map {
        DecoyHead(point: $0, entry: layout.entries[$1], state: 0, width: 16, seed: 5)
    }

    private static func term(_ settings: Settings, _ decoys: [DecoyHead]) -> DecoyLoss? {
        DecoyLoss(
            LossSetup(settings: settings, variables: AlignedVariables(layout), layers: [0, 2], decoys: decoys))
    }

    @Test func itTakesPartWhereThereAreDecoys() throws {
        var settings = Settings()
        settings.loss.alg = 0.5
        let term = try #require(Self.term(settings, Self.decoys))
        #expect(term.weight == 0.5 && term.observed == Self.decoys.map(\.point))
        #expect(Self.term(settings, []) == nil)
        settings.loss.alg = 0
        #expect(Self.term(settings, Self.decoys) == nil)
    }

    /// The mean over three tokens of -log softmax at the word's value, and of the share's squared error in units of 4.
    @Test func itsValueIsThatOfThePlainFormula() throws {
        var settings = Settings()
        (settings.loss.alg, settings.loss.ce, settings.loss.kl) = (0.5, 0, 0)
        let model = GPT2Configuration(vocabularySize: 29, contextLength: 12, width: 16, layers: 2, heads: 2)
            .model(seed: 1)
        for parameter in model.parameters.parameters {
            for index in 0..<parameter.value.count { parameter.value[index] *= 8 }
        }
        let packed = PackedBatch([[3, 7, 1], [5, 2]])
        var batch = TrainingBatch(
            packed: packed, taskSequences: 1, answerRows: [], answerTargets: [], isAnswer: [false, false, false])
        var targets = AlignmentTargets()
        // Of the two categorical variables side by side; what is not known counts nothing.
        (targets.labels, targets.numbers) = ([2, 0, 0, 1, -1, 1], [4, .nan, 2])
        batch.targets = targets

        let setup = LossSetup(
            settings: settings, variables: AlignedVariables(Self.layout), layers: [0, 2], decoys: Self.decoys)
        let loss = InjectionLoss(
            InjectionLoss.terms(setup).filter { $0.name == "decoys" }, roll: nil,
            projection: Projection(rows: 6, width: 16, bias: false))
        let value = try loss(Tape(arena: Arena()), student: model, originalHead: nil, batch: batch)

        var outputs: [Tensor] = []
        var hooks = Hooks()
        for decoy in Self.decoys { hooks.observe(at: decoy.point) { outputs.append($0.value) } }
        let arena = Arena()
        _ = model.forward(Tape(arena: arena, recording: false), packed, hooks: hooks)
        func read(_ decoy: Int, _ row: Int) -> [Double] {
            let codes = Self.decoys[decoy].codes
            return (0..<codes.rows).map { code in
                (0..<16).reduce(0.0) { $0 + Double(codes[code, $1]) * Double(outputs[decoy][row, $1]) }
            }
        }
        var expected = 0.0
        for (row, label) in [(0, 2), (1, 0)] {
            let logits = read(0, row)
            expected += log(logits.reduce(0) { $0 + exp($1) }) - logits[label]
        }
        for (row, number) in [(0, 4.0), (2, 2.0)] {
            let error = (read(1, row)[0] - number) / 4
            expected += error * error
        }
        expected /= 3
        let part = Double(try #require(value.parts["decoys"]))
        #expect(expected > 0.1 && abs(part - expected) < 1e-5 * expected, "\(part), \(expected)")
        #expect(abs(Double(value.total) - 0.5 * part) < 1e-6 && value.parts["ce"] == 0)
    }

    /// Only runs with decoys have the column.
    @Test func theColumnIsThereWhereTheTermIs() throws {
        let terms = InjectionLoss.terms(
            LossSetup(settings: Settings(), variables: AlignedVariables(Self.layout), layers: [0, 2]))
        #expect(InjectionLoss.columns.map(\.name) == ["ce", "alg", "kl", "decoys"])
        #expect(terms.map(\.name) == ["ce", "alg", "kl"])
    }
}
