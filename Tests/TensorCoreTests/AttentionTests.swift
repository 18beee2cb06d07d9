import Foundation
import TensorCore
import Testing

@Suite struct AttentionTests {
    static func reference(_ qkv: DoubleMatrix, heads: Int, starts: [Int]) -> DoubleMatrix {
        let width = qkv.columns / 3
        let headWidth = width / heads
        var y = DoubleMatrix(rows: qkv.rows, columns: width) { _, _ in 0 }
        for (start, end) in zip(starts, starts.dropFirst()) {
            for head in 0..<heads {
                for query in start..<end {
                    let scores = (start...query).map { key in
                        (0..<headWidth).reduce(0.0) {
                            $0 + qkv[query, head * headWidth + $1] * qkv[key, width + head * headWidth + $1]
                        } / sqrt(Double(headWidth))
                    }
                    for (key, probability) in zip(start...query, softmax(scores)) {
                        for column in 0..<headWidth {
                            y[query, head * headWidth + column] +=
                                probability * qkv[key, 2 * width + head * headWidth + column]
                        }
                    }
                }
            }
        }
        return y
    }

    @Test(arguments: [
        (1, 2, [0, 1]), (2, 6, [0, 3, 4]), (2, 4, [0, 2, 2, 9]), (1, 16, [0, 19]), (3, 9, [0, 5, 12]),
        (2, 32, [0, 1, 8, 23]), (1, 48, [0, 7, 16]), (1, 64, [0, 34]),
    ])
    func matchesReference(heads: Int, width: Int, starts: [Int]) throws {
        let tokens = try #require(starts.last)
        checkOperation(
            "attention \(heads) heads, width \(width), \(starts)",
            inputs: [.sample(tokens, 3 * width, salt: 1, scale: 2)], tolerance: 4e-6,
            reference: { Self.reference($0[0], heads: heads, starts: starts) },
            operation: { tape, x in tape.causalAttention(x[0], heads: heads, starts: starts) })
    }

    @Test(arguments: [24, 32, 96])
    func longSequencesAgainstReference(width: Int) {
        let qkv = DoubleMatrix.sample(210, 3 * width, salt: 4, scale: 3)
        let starts = [0, 70, 71, 210]
        let tape = Tape(arena: Arena(), recording: false)
        let y = tape.causalAttention(tape.constant(qkv.tensor), heads: 2, starts: starts)
        expectClose(
            y.value.values, Self.reference(qkv, heads: 2, starts: starts).values, absolute: 2e-5, "attention")
    }

    /// Token by token, and in uneven runs, the cache gives what the whole sequence gives.
    @Test(arguments: [(12, NumberFormat.fp32), (32, .fp32), (32, .bf16), (160, .bf16)])
    func cachedAttentionEqualsTheWhole(width: Int, format: NumberFormat) {
        let heads = 2
        let exact = DoubleMatrix.sample(9 + 5, 3 * width, salt: 4, scale: 2)
        // Numbers that bf16 holds as they are, so that a cache in bf16 loses nothing either.
        let qkv = DoubleMatrix(rows: 9 + 5, columns: 3 * width) {
            Double(Float(bitPattern: Float(exact[$0, $1]).bitPattern & 0xFFFF_0000))
        }
        let whole = Self.reference(qkv, heads: heads, starts: [0, 9, 14])
        let cache = KeyValueCache(layers: 2, width: width, format: format)
        // The second time in the room of the first, over what that left.
        for capacities in [[7, 9], [5, 9]] {
            cache.reset(capacities: capacities)
            #expect(cache.lengths == [0, 0])
            let arena = Arena()
            var results = [[Double]](repeating: [], count: 14)
            // Slot 1 holds the first sequence, slot 0 the second; each step takes some of each.
            for step in [(0..<4, 0..<1), (4..<5, 1..<2), (5..<8, 2..<2), (8..<9, 2..<5)] {
                let tape = Tape(arena: arena, recording: false)
                let rows = Array(step.0) + step.1.map { 9 + $0 }
                let part = DoubleMatrix(rows: rows.count, columns: 3 * width) { qkv[rows[$0], $1] }
                for layer in 0..<2 {
                    let y = tape.cachedAttention(
                        tape.constant(part.tensor), heads: heads, starts: [0, step.0.count, rows.count], cache: cache,
                        layer: layer, slots: [1, 0])
                    for (index, row) in rows.enumerated() {
                        results[row] = (0..<width).map { Double(y.value[index, $0]) }
                    }
                }
                cache.advance(slots: [1, 0], by: [step.0.count, step.1.count])
                arena.reset()
            }
            #expect(cache.lengths == [5, 9])
            expectClose(results.flatMap { $0.map { Float($0) } }, whole.values, absolute: 4e-6, "cached attention")
        }
    }
}
