import Foundation
import TensorCore
import Testing

@Suite struct TapeTests {
    /// The extension point: an operation that is not in the library, y = sin(x), written by its user.
    @Test func userWrittenOperation() {
        func sine(_ tape: Tape, _ x: Variable) -> Variable {
            let y = tape.arena.tensor(x.shape)
            for index in 0..<y.count { y[index] = sin(x.value[index]) }
            return tape.record(y, inputs: [x]) { dy in
                x.accumulate { dx, beta in
                    for index in 0..<dx.count {
                        dx[index] = (beta == 0 ? 0 : beta * dx[index]) + dy[index] * cos(x.value[index])
                    }
                }
            }
        }
        checkOperation(
            "sine", inputs: [.sample(3, 5, salt: 1)], reference: { $0[0].map { sin($0) } },
            operation: { tape, x in sine(tape, x[0]) })
    }

    @Test func nothingIsKeptWithoutRecording() {
        let tape = Tape(arena: Arena(), recording: false)
        let x = tape.leaf(Tensor([1, 2], shape: [2]))
        let y = tape.scale(x, by: 2)
        #expect(!y.requiresGradient)
        let before = tape.arena.bytesInUse
        tape.discard(y)
        #expect(tape.arena.bytesInUse < before)
    }

    @Test func intermediateGradientsAreKeptOnRequest() {
        let tape = Tape(arena: Arena())
        let x = tape.leaf(Tensor([1, 2], shape: [2]))
        let kept = tape.scale(x, by: 3)
        kept.retainsGradient = true
        let dropped = tape.scale(kept, by: 5)
        tape.backward(from: tape.sum(dropped))
        #expect(kept.gradient?.values == [5, 5])
        #expect(dropped.gradient == nil)
        #expect(x.gradient?.values == [15, 15])
    }

    /// A value that is cheap to form gives its room back after the forward pass; the gradients are the same bits.
    @Test func discardedValuesAreFormedAgain() {
        func run(discarding: Bool) -> (gradients: [[Float]], bytesAfterForward: Int, peak: Int) {
            let tape = Tape(arena: Arena())
            func leaf(_ shape: Shape, salt: Int) -> Variable {
                tape.leaf(Tensor(sampleValues(shape.count, salt: salt).map(Float.init), shape: shape))
            }
            let x = leaf([6, 32], salt: 1)
            let (gain, bias) = (leaf([32], salt: 2), leaf([32], salt: 3))
            let weights = (0..<4).map { leaf([32, 32], salt: 4 + $0) }
            var stream = x
            for weight in weights {
                let normalized = tape.layerNorm(stream, gain: gain, bias: bias)
                let inner = tape.linear(normalized, weight: weight)
                if discarding { tape.discard(normalized) }
                let activated = tape.gelu(inner)
                stream = tape.linear(activated, weight: weight, addedTo: stream)
                if discarding { tape.discard(activated) }
            }
            let root = tape.sum(stream)
            let bytes = tape.arena.bytesInUse
            tape.backward(from: root)
            return ((([x, gain, bias] + weights).map { $0.gradient?.values ?? [] }), bytes, tape.arena.highWaterMark)
        }
        let (kept, discarded) = (run(discarding: false), run(discarding: true))
        #expect(kept.gradients == discarded.gradients)
        #expect(kept.gradients.allSatisfy { !$0.isEmpty })
        // Of each of four layers, a normalised and an activated value.
        #expect(kept.bytesAfterForward - discarded.bytesAfterForward == 4 * 2 * 6 * 32 * 4)
        #expect(discarded.peak < kept.peak)
    }

    @Test func severalRootsAddUp() {
        let tape = Tape(arena: Arena())
        let x = tape.leaf(Tensor([1, 2], shape: [2]))
        tape.backward(from: [tape.sum(x), tape.mean(x), tape.scale(tape.sum(x), by: 2)])
        #expect(x.gradient?.values == [3.5, 3.5])
    }
}

@Suite struct ParallelTests {
    @Test func everyIndexOnce() {
        for n in [0, 1, 2, 7, 1000] {
            for grain in [1, 3, 600] {
                let counts = Tensor(zeros: [max(n, 1)])
                Parallel.for(n, grain: grain) { range in for index in range { counts.pointer[index] += 1 } }
                #expect((0..<n).allSatisfy { counts[$0] == 1 })
            }
        }
    }

    /// Many short loops, some nested, from several threads at once: the pool serves one and the others run their own.
    @Test func manyCallers() async {
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<2000 {
                        let sums = Tensor(zeros: [8])
                        Parallel.each(8) { outer in
                            Parallel.for(16) { range in for index in range { sums.pointer[outer] += Float(index) } }
                        }
                        if sums.values != [Float](repeating: 120, count: 8) { return false }
                    }
                    return true
                }
            }
            for await right in group { #expect(right) }
        }
    }

    @Test func rangesCoverInOrder() {
        for (n, pieces) in [(10, 3), (2, 2), (7, 7), (100, 64)] {
            let ranges = (0..<pieces).map { Parallel.range(of: $0, pieces: pieces, count: n) }
            #expect(ranges.flatMap { Array($0) } == Array(0..<n))
        }
    }
}
