import Foundation
import TensorCore
import Testing

@Suite struct GroupedAttentionTests {
    /// Attention with as many heads of keys as of queries, each head of keys repeated for its group.
    static func reference(_ x: [DoubleMatrix], heads: Int, keyValueHeads: Int, starts: [Int]) -> DoubleMatrix {
        let width = x[0].columns
        let headWidth = width / heads
        let qkv = DoubleMatrix(rows: x[0].rows, columns: 3 * width) { row, column in
            guard column >= width else { return x[0][row, column] }
            let group = column % width / headWidth / (heads / keyValueHeads)
            return x[column / width][row, group * headWidth + column % headWidth]
        }
        return AttentionTests.reference(qkv, heads: heads, starts: starts)
    }

    @Test(arguments: [
        (1, 1, 6, [0, 3, 4]), (4, 2, 4, [0, 2, 2, 9]), (6, 1, 2, [0, 5]), (2, 1, 16, [0, 19]),
        (4, 2, 16, [0, 1, 8, 21]),
    ])
    func matchesReference(heads: Int, keyValueHeads: Int, headWidth: Int, starts: [Int]) throws {
        let tokens = try #require(starts.last)
        checkOperation(
            "attention of \(heads) heads in \(keyValueHeads) groups, \(starts)",
            inputs: [
                .sample(tokens, heads * headWidth, salt: 1, scale: 2),
                .sample(tokens, keyValueHeads * headWidth, salt: 2, scale: 2),
                .sample(tokens, keyValueHeads * headWidth, salt: 3, scale: 2),
            ], tolerance: 4e-6,
            reference: { Self.reference($0, heads: heads, keyValueHeads: keyValueHeads, starts: starts) },
            operation: { tape, x in
                tape.groupedAttention(
                    queries: x[0], keys: x[1], values: x[2], heads: heads, keyValueHeads: keyValueHeads, starts: starts)
            })
    }

    /// Some of the operands may be constants.
    @Test func gradientsOfSomeOperands() {
        let inputs = [1, 2, 3].map { DoubleMatrix.sample(5, $0 == 1 ? 32 : 16, salt: $0).tensor }
        func gradient(onlyKeys: Bool) -> [Float] {
            let tape = Tape(arena: Arena())
            let keys = tape.leaf(inputs[1])
            let others = [inputs[0], inputs[2]].map { onlyKeys ? tape.constant($0) : tape.leaf($0) }
            let y = tape.groupedAttention(
                queries: others[0], keys: keys, values: others[1], heads: 2, keyValueHeads: 1, starts: [0, 5])
            tape.backward(from: tape.sum(tape.multiply(y, y)))
            return keys.gradient?.values ?? []
        }
        #expect(gradient(onlyKeys: true) == gradient(onlyKeys: false))
        #expect(!gradient(onlyKeys: true).isEmpty)
    }

    /// Token by token, and in uneven runs, the cache gives what the whole sequence gives.
    @Test(arguments: [(6, NumberFormat.fp32), (16, .fp32), (32, .bf16)])
    func cachedAttentionEqualsTheWhole(headWidth: Int, format: NumberFormat) {
        let (heads, keyValueHeads) = (4, 2)
        // Numbers that bf16 holds as they are, so that a cache in bf16 loses nothing either.
        let inputs = [heads, keyValueHeads, keyValueHeads].enumerated().map { index, count in
            let exact = DoubleMatrix.sample(9, count * headWidth, salt: 4 + index, scale: 2)
            return exact.map { Double(Float(bitPattern: Float($0).bitPattern & 0xFFFF_0000)) }
        }
        let whole = Self.reference(inputs, heads: heads, keyValueHeads: keyValueHeads, starts: [0, 9])
        let cache = KeyValueCache(layers: 1, width: keyValueHeads * headWidth, format: format)
        cache.reset(capacities: [9])
        var results: [Float] = []
        for rows in [0..<4, 4..<5, 5..<8, 8..<9] {
            let tape = Tape(arena: Arena(), recording: false)
            let parts = inputs.map { input in
                let part = DoubleMatrix(rows: rows.count, columns: input.columns) { input[rows.lowerBound + $0, $1] }
                return tape.constant(part.tensor)
            }
            results +=
                tape.cachedAttention(
                    queries: parts[0], keys: parts[1], values: parts[2], heads: heads, keyValueHeads: keyValueHeads,
                    starts: [0, rows.count], cache: cache, layer: 0, slots: [0]
                ).value.values
            cache.advance(slots: [0], by: [rows.count])
        }
        expectClose(results, whole.values, absolute: 4e-6, "cached attention")
    }
}
