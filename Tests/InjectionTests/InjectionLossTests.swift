import Foundation
import Injection
import InjectionSettings
import LanguageModels
import TensorCore
import Testing

/// L_CE, L_ALG, L_KL and the gradient of their weighted sum with respect to every parameter, against PyTorch in float64
/// (Goldens/injection_loss.py).
@Suite struct InjectionLossTests {
    struct Golden: Decodable {
        let kind, reduction, klReduction, anchor: String
        let rows: [Int]
        let site: Int
        let answerWeight: Double
        let bias: Bool
        let ce, alg, kl: Double
        /// For each parameter: the gradient's product with the formula's values, and its norm.
        let gradients: [String: [Double]]

        enum CodingKeys: String, CodingKey {
            case kind, reduction, anchor, rows, site, bias, ce, alg, kl, gradients
            case klReduction = "kl_reduction"
            case answerWeight = "answer_weight"
        }
    }

    static let goldens: [Golden] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Goldens/injection_loss.json")
        do {
            return try JSONDecoder().decode([Golden].self, from: Data(contentsOf: file))
        } catch {
            fatalError("Goldens/injection_loss.json: \(error)")
        }
    }()

    private static func sample(_ count: Int, salt: Int, scale: Double = 1) -> [Float] {
        (0..<count).map { index -> Float in
            let i = Double(index)
            let phase: Double = 0.7 * i + 0.0137 * i * i + 1.3 * Double(salt)
            return Float(scale * sin(phase))
        }
    }

    private static func integers(_ count: Int, below bound: Int, salt: Int) -> [Int32] {
        (0..<count).map { Int32(($0 * $0 * 7 + $0 * 3 + salt * 5) % bound) }
    }

    private static func model(offset: Int) -> GPT2Model {
        let model = GPT2Model(
            configuration: GPT2Configuration(
                vocabularySize: 29, contextLength: 12, width: 16, layers: 3, heads: 2))
        for (index, parameter) in model.parameters.parameters.enumerated() {
            parameter.value.copy(
                from: sample(parameter.shape.count, salt: index + 1 + offset, scale: 0.4))
        }
        return model
    }

    private static let layout = VariableLayout(
        entries: [
            .init(
                name: "a", encoding: .categorical((0..<5).map { .int($0) }), rows: 0..<5, writtenByLayer: 0,
                readByLayer: 1),
            .init(
                name: "b", encoding: .categorical((0..<3).map { .int($0) }), rows: 5..<8, writtenByLayer: 1,
                readByLayer: 2),
            .init(
                name: "number", encoding: .numerical([0, 1, 2, 3, 4]), rows: 8..<9, writtenByLayer: 1, readByLayer: 2),
            .init(
                name: "out", encoding: .categorical((0..<3).map { .int($0) }), rows: 9..<12, writtenByLayer: 2,
                readByLayer: 0),
        ], directions: Array(0..<12), output: 3, layers: 2)

    private static func batch(dense: Bool, teacher: GPT2Model, arena: Arena) -> TrainingBatch {
        let task = [6, 4, 7]
        let text = [5, 3]
        let tokens = integers(25, below: 29, salt: 1)
        var sequences: [[Int32]] = []
        var start = 0
        for count in task + text {
            sequences.append(Array(tokens[start..<(start + count)]))
            start += count
        }
        let answers = [(0, 4), (0, 5), (1, 3), (2, 5), (2, 6)].map { [0, 6, 10][$0.0] + $0.1 }
        var isAnswer = [Bool](repeating: false, count: 17)
        for row in answers { isAnswer[row] = true }
        var batch = TrainingBatch(
            packed: PackedBatch(sequences), taskSequences: 3, answerRows: answers.map { Int32($0) },
            answerTargets: integers(5, below: 29, salt: 2), isAnswer: isAnswer)
        var targets = AlignmentTargets()
        if dense {
            targets.states = (0...2).map { arena.tensor(sample(17 * 12, salt: 60 + $0), shape: [17, 12]) }
        }
        let labels = [(5, 70), (3, 71), (3, 72)].map { integers(17, below: $0.0, salt: $0.1) }
        targets.labels = (0..<17).flatMap { row in labels.map { $0[row] } }
        targets.numbers = integers(17, below: 5, salt: 80).map { Float($0) }
        batch.targets = targets
        let tape = Tape(arena: arena, recording: false)
        batch.teacherHidden = teacher.forward(tape, PackedBatch(sequences[3...])).final.value
        return batch
    }

    @Test(arguments: 0..<4) func equalsPyTorch(number: Int) throws {
        let golden = Self.goldens[number]
        let (student, teacher) = (Self.model(offset: 0), Self.model(offset: 3))
        var settings = Settings()
        settings.loss.ce = 1
        settings.loss.alg = 0.5
        settings.loss.kl = 2
        settings.loss.klReduction = golden.klReduction == "mean" ? .mean : .sum
        settings.alignment.kind = golden.kind == "cosine" ? .cosine : .perVariable
        settings.alignment.reduction = golden.reduction == "mean" ? .mean : .sum
        settings.alignment.answerWeight = golden.answerWeight

        let projection = Projection(rows: 12, width: 16, bias: golden.bias)
        projection.weight.copy(from: Self.sample(12 * 16, salt: 50, scale: 0.3))
        projection.bias?.copy(from: Self.sample(12, salt: 51, scale: 0.2))
        settings.roll.subspace = golden.rows == [0, 12] ? .all : .final
        settings.roll.site = golden.site == 2 ? .last : .next
        settings.roll.anchor = golden.anchor == "start" ? .start : .answer
        let roll = try RollIntervention(layout: Self.layout, width: 16, settings: settings.roll, layers: [0, 1, 2])
        #expect(roll.places == [RollIntervention.Place(layer: golden.site, rows: [golden.rows[0]..<golden.rows[1]])])
        let loss = InjectionLoss(
            InjectionLoss.terms(
                LossSetup(settings: settings, variables: AlignedVariables(Self.layout), layers: [0, 1, 2])),
            roll: roll, projection: projection)

        // The head's gradient is formed while its loss is computed, so buffers are cleared before the forward pass.
        for store in [student.parameters, projection.store] { store.zeroGradients() }
        let arena = Arena()
        let tape = Tape(arena: arena)
        let value = try loss(
            tape, student: student, originalHead: teacher.head.value,
            batch: Self.batch(dense: golden.kind == "cosine", teacher: teacher, arena: arena))
        // Single precision through three layers of width 16: some tens of roundings of 6e-8 relative.
        let parts = Dictionary(uniqueKeysWithValues: value.parts.entries.map { ($0.name, Double($0.value)) })
        #expect(abs(try #require(parts["ce"]) - golden.ce) < 1e-5 * golden.ce)
        #expect(abs(try #require(parts["alg"]) - golden.alg) < 1e-5 * golden.alg)
        // A difference of nearly equal log-probabilities loses about two digits more.
        #expect(abs(try #require(parts["kl"]) - golden.kl) < 2e-5 * golden.kl)
        let total = golden.ce + 0.5 * golden.alg + 2 * golden.kl
        #expect(abs(Double(value.total) - total) < 2e-5 * total)

        tape.backward(from: value.roots)
        let parameters =
            student.parameters.parameters.map { ($0.name, $0) }
            + projection.store.parameters.map { ("map.\($0.name)", $0) }
        #expect(parameters.count == golden.gradients.count)
        for (index, (name, parameter)) in parameters.enumerated() {
            let wanted = try #require(golden.gradients[name])
            let gradient = try #require(parameter.gradient).values
            let against = Self.sample(gradient.count, salt: 100 + index)
            let product = zip(gradient, against).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            let norm = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            // The product is a projection of the gradient: its error scales with the gradient's norm and the vector's.
            let size = (Double(gradient.count) / 2).squareRoot() * wanted[1]
            #expect(abs(norm - wanted[1]) < 1e-4 * wanted[1], "\(name): norm \(norm), PyTorch \(wanted[1])")
            #expect(abs(product - wanted[0]) < 1e-4 * size, "\(name): product \(product), PyTorch \(wanted[0])")
        }
    }

    @Test func aMapAsWideAsTheStudentRollsOnTheFinalVariable() throws {
        var settings = Settings().roll
        settings.subspace = .all
        let roll = try RollIntervention(layout: Self.layout, width: 12, settings: settings, layers: [0, 1, 2])
        #expect(roll.places == [RollIntervention.Place(layer: 2, rows: [9..<12])])
        #expect(try #require(roll.warning).contains("identity"))
        #expect(throws: (any Error).self) {
            try RollIntervention(layout: Self.layout, width: 3, settings: settings, layers: [0, 1, 2])
        }
    }

    @Test func theRollTakesTurnsAtTheAlignedLayers() throws {
        typealias Place = RollIntervention.Place
        var settings = Settings().roll
        settings.site = .each
        let places = [
            Place(layer: 1, rows: [0..<5]), Place(layer: 3, rows: [0..<5, 5..<8, 8..<9]),
            Place(layer: 6, rows: [9..<12]),
        ]
        let roll = try RollIntervention(layout: Self.layout, width: 16, settings: settings, layers: [1, 3, 6])
        #expect(roll.places == places)
        #expect(roll.warning == nil)
        // Nine rows fill the nine directions of a student.
        let narrow = try RollIntervention(layout: Self.layout, width: 9, settings: settings, layers: [1, 3, 6])
        #expect(narrow.places == [places[0], places[2]])
        #expect(try #require(narrow.warning).contains("2 of 3"))

        let projection = Projection(rows: 12, width: 16, bias: false)
        projection.weight.copy(from: Self.sample(12 * 16, salt: 50, scale: 0.3))
        let arena = Arena()
        var batch = Self.batch(dense: false, teacher: Self.model(offset: 3), arena: arena)
        let tape = Tape(arena: arena, recording: false)
        for number in 0..<4 {
            batch.number = number
            let (point, hook) = try roll.hook(projection: projection, batch: batch)
            let place = places[number % 3]
            #expect(point == .residual(place.layer))
            let rows = batch.packed.tokens.count
            let hidden = tape.constant(arena.tensor(Self.sample(rows * 16, salt: 90), shape: [rows, 16]))
            let rolled = hook(tape, hidden)
            // What the map reads of the rows that stay is an example's own; of the others it is not.
            let (before, after) = (projection.map(tape, hidden).value, projection.map(tape, rolled).value)
            for column in 0..<12 {
                let stays = place.rows.contains { $0.contains(column) }
                let difference = batch.taskRows.map { abs(before.row($0)[column] - after.row($0)[column]) }.max() ?? 0
                // Inner products of 16 terms of size 1: some roundings of 6e-8.
                #expect(stays == (difference < 1e-5), "turn \(number), column \(column): \(difference)")
            }
        }
    }

    /// Where it holds an attention sink, what the compiled model has at a first token is of no consequence.
    @Test func firstTokensCanBeLeftOutOfTheAlignment() throws {
        let (student, teacher) = (Self.model(offset: 0), Self.model(offset: 3))
        let projection = Projection(rows: 12, width: 16, bias: false)
        projection.weight.copy(from: Self.sample(12 * 16, salt: 50, scale: 0.3))
        func alignment(withFirst: Bool, forgotten: Bool) throws -> Float {
            var settings = Settings()
            settings.alignment.firstToken = withFirst
            let loss = InjectionLoss(
                InjectionLoss.terms(
                    LossSetup(settings: settings, variables: AlignedVariables(Self.layout), layers: [0, 1, 2])),
                roll: nil, projection: projection)
            let arena = Arena()
            var batch = Self.batch(dense: false, teacher: teacher, arena: arena)
            for start in batch.packed.starts.prefix(batch.taskSequences) where forgotten {
                for variable in 0..<3 { batch.targets?.labels[3 * start + variable] = -1 }
            }
            let value = try loss(
                Tape(arena: arena), student: student, originalHead: teacher.head.value, batch: batch)
            return try #require(value.parts.entries.first { $0.name == "alg" }).value
        }
        #expect(
            try alignment(withFirst: true, forgotten: false) != alignment(withFirst: true, forgotten: true))
        #expect(
            try alignment(withFirst: false, forgotten: false) == alignment(withFirst: false, forgotten: true))
    }
}
