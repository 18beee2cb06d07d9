import Injection
import InjectionSettings
import LanguageModels
import TensorCore
import Testing
import TrainingEngine

/// Which terms take part in a run, what they ask of a batch, and that a batch may be computed in parts.
@Suite struct LossTermsTests {
    private static let layout = VariableLayout(
        entries: [
            .init(
                name: "a", encoding: .categorical([.int(0), .int(1), .int(2)]), rows: 0..<3, writtenByLayer: 0,
                readByLayer: 1),
            .init(
                name: "out", encoding: .categorical([.int(0), .int(1)]), rows: 3..<5, writtenByLayer: 1,
                readByLayer: 0),
        ], directions: Array(0..<5), output: 1, layers: 1)

    private static func terms(_ settings: Settings) -> [InjectionLoss.Term] {
        let layers = settings.method == .tracr ? [0, 2] : nil
        return InjectionLoss.terms(LossSetup(settings: settings, variables: AlignedVariables(layout), layers: layers))
    }

    private static func loss(_ settings: Settings) -> InjectionLoss {
        InjectionLoss(terms(settings), roll: nil, projection: Projection(rows: 5, width: 16, bias: false))
    }

    @Test func eachTermAsksForWhatItReads() {
        var settings = Settings()
        settings.alignment.kind = .perVariable
        #expect(Self.terms(settings).map(\.name) == ["ce", "alg", "kl"])
        #expect(Self.loss(settings).needs == [.compiledValues, .originalActivations])
        settings.alignment.kind = .cosine
        #expect(Self.loss(settings).needs == [.compiledStates, .originalActivations])
        settings.loss.kl = 0
        #expect(Self.terms(settings).map(\.name) == ["ce", "alg"])
        #expect(Self.loss(settings).needs == [.compiledStates])
        settings.method = .finetune
        #expect(Self.terms(settings).map(\.name) == ["ce"])
        #expect(!Self.loss(settings).needsCompiledModel)
    }

    private static func model(seed: UInt64) -> any LanguageModel {
        GPT2Configuration(vocabularySize: 29, contextLength: 12, width: 16, layers: 2, heads: 2).model(seed: seed)
    }

    /// The task sequences and texts of those numbers, of three and two that there are.
    private static func batch(
        _ tasks: [Int], _ texts: [Int], original: any LanguageModel, arena: Arena
    ) -> TrainingBatch {
        let (taskTokens, textTokens) = ([6, 4, 7], [5, 3])
        func tokens(_ count: Int, _ salt: Int) -> [Int32] {
            (0..<count).map { Int32(($0 * $0 * 7 + $0 * 3 + salt * 5) % 29) }
        }
        let windows = texts.map { tokens(textTokens[$0], 11 + $0) }
        let packed = PackedBatch(tasks.map { tokens(taskTokens[$0], $0) } + windows)
        var batch = TrainingBatch(
            packed: packed, taskSequences: tasks.count, answerRows: [], answerTargets: [],
            isAnswer: Array(repeating: false, count: packed.starts[tasks.count]))
        var targets = AlignmentTargets()
        for (index, task) in tasks.enumerated() {
            for row in batch.packed.rows(index).suffix(task + 1) {
                batch.isAnswer[row] = true
                batch.answerRows.append(Int32(row))
                batch.answerTargets.append(Int32(task + 3))
            }
            targets.labels += (0..<(2 * taskTokens[task])).map { Int32($0 % 2) }
        }
        batch.targets = targets
        if !windows.isEmpty {
            batch.teacherHidden =
                original.forward(Tape(arena: arena, recording: false), PackedBatch(windows), hooks: Hooks()).final.value
        }
        return batch
    }

    /// Shards that are computed side by side add up to the batch.
    @Test func shardsAddUpToTheBatch() throws {
        var settings = Settings()
        settings.alignment.kind = .perVariable
        let original = Self.model(seed: 2)
        func step(_ parts: [([Int], [Int])]) throws -> (value: LossValue, gradients: [Float]) {
            let student = Self.model(seed: 1)
            let projection = Projection(rows: 5, width: 16, bias: false)
            projection.weight.copy(from: (0..<80).map { Float($0 % 7) / 10 - 0.3 })
            let loss = InjectionLoss(Self.terms(settings), roll: nil, projection: projection)
            let gradient = ShardedGradient(
                settings, student: student, projection: projection, division: StepDivision(count: parts.count))
            for store in [student.parameters, projection.store] { store.zeroGradients() }
            let batches = zip(parts, gradient.arenas).map {
                Self.batch($0.0.0, $0.0.1, original: original, arena: $0.1)
            }
            let value = try gradient(loss, batches, originalHead: original.head.value)
            return (value, Array(student.parameters.gradients) + Array(projection.store.gradients))
        }
        let whole = try step([([0, 1, 2], [0, 1])])
        let shards = try step([([1], [0]), ([0, 2], [1])])
        #expect(abs(whole.value.total - shards.value.total) < 1e-5 * abs(whole.value.total))
        let scale = whole.gradients.map(abs).max() ?? 0
        #expect(scale > 0)
        // Sums of a few dozen terms in another order.
        for (one, other) in zip(whole.gradients, shards.gradients) { #expect(abs(one - other) < 1e-5 * scale) }
    }

    /// The weight of the text rises geometrically from its start to the whole.
    @Test func theWeightOfTextRises() throws {
        var settings = Settings()
        (settings.loss.kl, settings.loss.klStart, settings.loss.klRise) = (40, 0.4, 0.5)
        let term = try #require(
            TextDivergence(LossSetup(settings: settings, variables: AlignedVariables(Self.layout), layers: nil)))
        var batch = Self.batch([0], [0], original: Self.model(seed: 2), arena: Arena())
        for (progress, share) in [(0, 0.01), (0.25, 0.1), (0.5, 1), (0.9, 1)] as [(Float, Float)] {
            batch.progress = progress
            #expect(abs(term.weightShare(at: batch) - share) < 1e-5)
        }
        settings.loss.klRise = 0
        let constant = try #require(
            TextDivergence(LossSetup(settings: settings, variables: AlignedVariables(Self.layout), layers: nil)))
        batch.progress = 0
        #expect(constant.weightShare(at: batch) == 1)
    }

    @Test(arguments: [Settings.Loss.Reduction.mean, .sum])
    func aBatchInPartsIsTheBatch(reduction: Settings.Loss.Reduction) throws {
        var settings = Settings()
        settings.alignment.kind = .perVariable
        settings.alignment.answerWeight = 2.5
        (settings.loss.klReduction, settings.loss.kl) = (reduction, 3)
        let (student, original) = (Self.model(seed: 1), Self.model(seed: 2))
        let projection = Projection(rows: 5, width: 16, bias: false)
        projection.weight.copy(from: (0..<80).map { Float($0 % 7) / 10 - 0.3 })
        let loss = InjectionLoss(Self.terms(settings), roll: nil, projection: projection)
        let arena = Arena()
        let batches = [([0, 1, 2], [0, 1]), ([1], [0]), ([0, 2], [1])].map {
            Self.batch($0.0, $0.1, original: original, arena: arena)
        }

        let normalizers = batches.map(loss.normalizers)
        // Of the terms, and of the same in a circuit batch, which is not there.
        #expect(normalizers[0] == [6, 6 * 2.5 + 11, reduction == .mean ? 8 : 2, 0, 0, 0])
        let sums = zip(normalizers[1], normalizers[2]).map { $0 + $1 }
        #expect(normalizers[0] == sums)

        func gradient(_ batches: ArraySlice<TrainingBatch>) throws -> (parts: [Float], gradient: [Float]) {
            student.parameters.zeroGradients()
            var parts = [Float](repeating: 0, count: InjectionLoss.columns.count)
            for batch in batches {
                let tape = Tape(arena: arena)
                let value = try loss(
                    tape, student: student, originalHead: original.head.value, batch: batch, normalizers: sums)
                tape.backward(from: value.roots)
                for (index, part) in value.parts.entries.enumerated() { parts[index] += part.value }
            }
            return (parts, Array(student.parameters.gradients))
        }
        let (whole, inParts) = (try gradient(batches[..<1]), try gradient(batches[1...]))
        // 0 in the column of a term that takes no part.
        for (one, two) in zip(whole.parts, inParts.parts) { #expect(abs(one - two) <= 1e-5 * abs(one)) }
        let norm = whole.gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let differences = zip(whole.gradient, inParts.gradient).map { $0 - $1 }
        let distance = differences.reduce(0) { $0 + $1 * $1 }.squareRoot()
        // Sums in another order: some roundings of 6e-8.
        #expect(norm > 0.1 && distance < 1e-5 * norm, "\(distance) of \(norm)")
    }
}
