import LanguageModels
import TensorCore
import Testing

/// What is spared of memory changes nothing of the results, or what it says it does.
@Suite struct MemoryTests {
    private static let configuration = GPT2Configuration(
        vocabularySize: 61, contextLength: 16, width: 32, layers: 3, heads: 2)
    private static let batch: PackedBatch = {
        let long: [Int32] = (0..<11).map { ($0 * 5) % 61 }
        let short: [Int32] = (0..<7).map { ($0 * 17) % 61 }
        return PackedBatch([long, short, [60]])
    }()

    /// One step's loss and every gradient.
    private func gradients(_ model: any LanguageModel, _ tape: Tape) -> (loss: Float, gradients: [[Float]]) {
        model.parameters.zeroGradients()
        let activations = model.forward(tape, Self.batch)
        let rows: [Int32] = [2, 5, 10, 13, 17]
        let loss = tape.crossEntropy(
            tape.gatherRows(activations.final, rows: rows), head: tape.parameter(model.head), targets: [1, 2, 3, 4, 5],
            scale: 0.2)
        // An inner state is read as well, as alignment does.
        let inner = tape.sum(tape.multiply(activations.residual[2], activations.residual[2]))
        tape.backward(from: [loss, inner])
        return (loss.value.scalar + inner.value.scalar, model.parameters.parameters.map { $0.gradient?.values ?? [] })
    }

    @Test func recomputationGivesTheSameBits() {
        let model = GPT2Model(configuration: Self.configuration, seed: 5)
        let whole = gradients(model, Tape(arena: Arena()))
        let (arena, room) = (Arena(), Arena())
        for _ in 0..<2 {
            arena.reset()
            let again = gradients(model, Tape(arena: arena, recomputation: room))
            #expect(again.loss == whole.loss)
            #expect(again.gradients == whole.gradients)
        }
        #expect(room.bytesInUse == 0)
    }

    @Test func recomputationTakesLessMemory() {
        var configuration = Self.configuration
        configuration.shape.layers = 12
        let model = GPT2Model(configuration: configuration, seed: 5)
        let (plain, spared, room) = (Arena(), Arena(), Arena())
        _ = gradients(model, Tape(arena: plain))
        _ = gradients(model, Tape(arena: spared, recomputation: room))
        // One state a layer of some sixteen numbers a row and width.
        #expect(spared.highWaterMark + room.highWaterMark < plain.highWaterMark / 3)
    }

    @Test func aRehearsalMeasuresTheStepAndComputesNothing() {
        let model = GPT2Model(configuration: Self.configuration, seed: 5)
        let before = model.parameters.values.map(\.self)
        for recomputes in [false, true] {
            let (arena, room) = (Arena(rehearsing: ()), Arena(rehearsing: ()))
            Parallel.rehearse { _ = gradients(model, Tape(arena: arena, recomputation: recomputes ? room : nil)) }
            #expect(model.parameters.values.elementsEqual(before))
            let (real, realRoom) = (Arena(reserving: 1 << 24), Arena(reserving: 1 << 24))
            _ = gradients(model, Tape(arena: real, recomputation: recomputes ? realRoom : nil))
            #expect(arena.bytesTouched == real.bytesTouched)
            #expect(room.bytesTouched == realRoom.bytesTouched)
        }
    }

    @Test func aCopyInHalfPrecisionIsTheModelInThreeDigits() {
        let model = GPT2Model(configuration: Self.configuration, seed: 5)
        let halved = model.halfPrecisionCopy()
        func final(_ model: any LanguageModel) -> [Float] {
            model.forward(Tape(arena: Arena(), recording: false), Self.batch).final.value.values
        }
        let (exact, close) = (final(model), final(halved))
        let scale = exact.map(abs).max() ?? 1
        // Every weight is off by at most 2^-9 of itself; three layers of sums of 32 such, partly cancelling.
        #expect(zip(exact, close).allSatisfy { abs($0 - $1) < 0.02 * scale })
        #expect(exact != close)
        #expect(final(halved) == close)
    }
}
