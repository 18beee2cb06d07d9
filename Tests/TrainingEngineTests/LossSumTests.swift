import TensorCore
import Testing
import TrainingEngine

@Suite struct LossSumTests {
    struct Batch: LossBatch {
        enum Part: Sendable { case targets, hints }
        var targets: [Int32]
    }

    /// The mean cross-entropy of rows of a constant against a head.
    struct Term: LossTerm {
        let name: String
        let weight: Float
        var needs: Set<Batch.Part> = [.targets]

        func normalizer(of batch: Batch) -> Float { Float(batch.targets.count) }

        func roots(_ tape: Tape, _ pass: (rows: Variable, head: Variable, batch: Batch), scale: Float) -> [Variable] {
            guard !pass.batch.targets.isEmpty else { return [] }
            return [tape.crossEntropy(pass.rows, head: pass.head, targets: pass.batch.targets, scale: scale)]
        }
    }

    private let store = ParameterStore(gradients: true)

    private init() {
        store.add(name: "head", shape: [4, 3], decay: false)
        store.allocate()
        store["head"].value.copy(from: (0..<12).map { Float($0 % 5) / 4 })
    }

    private func value(_ sum: LossSum<Batch, Term.Pass>, targets: [Int32], normalizers: [Float]? = nil) -> LossValue {
        let batch = Batch(targets: targets)
        let arena = Arena()
        let tape = Tape(arena: arena)
        let rows = arena.tensor(targets.indices.flatMap { [Float($0), 1, -0.5] }, shape: [targets.count, 3])
        let pass = (rows: tape.constant(rows), head: tape.parameter(store["head"]), batch: batch)
        let value = sum(tape, pass, normalizers: normalizers ?? sum.normalizers(of: batch), batch: batch)
        store.zeroGradients()
        tape.backward(from: value.roots)
        return value
    }

    @Test func weightsCountInTheTotalAndNotInTheParts() throws {
        let sum = LossSum([Term(name: "one", weight: 2), Term(name: "two", weight: 0.5, needs: [.hints])])
        #expect(sum.needs == [.targets, .hints])
        let value = value(sum, targets: [1, 3])
        #expect(value.parts.entries.map(\.name) == ["one", "two"])
        let part = try #require(value.parts["one"])
        // Rows are the same for both terms, so that the weights alone tell them apart.
        #expect(part > 0.1 && part == value.parts["two"])
        #expect(value.total == 2 * part + 0.5 * part)
        #expect(value.roots.count == 2)
    }

    @Test func aTermThatTakesNoPartIsReportedAsZero() {
        let sum = LossSum([Term(name: "one", weight: 2)], columns: ["zero", "one"])
        let value = value(sum, targets: [2])
        #expect(value.parts.entries.map(\.name) == ["zero", "one"])
        #expect(value.parts["zero"] == 0)
    }

    @Test func aTermThatCountsNothingIsZero() {
        let value = value(LossSum([Term(name: "one", weight: 2)]), targets: [])
        #expect(value.total == 0 && value.parts["one"] == 0 && value.roots.isEmpty)
    }

    @Test func partsAreDividedByTheWholeBatch() throws {
        let sum = LossSum([Term(name: "one", weight: 2)])
        let own = try #require(value(sum, targets: [1, 3]).parts["one"])
        let part = try #require(value(sum, targets: [1, 3], normalizers: [8]).parts["one"])
        #expect(abs(own - 4 * part) < 1e-6)
    }
}
