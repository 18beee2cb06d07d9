import Foundation
import TensorCore
import Testing

/// A one-block GPT-2 with all three losses and the roll against PyTorch in double precision (Goldens/block.py).
@Suite struct BlockGoldenTests {
    struct Golden: Decodable {
        /// Cross-entropy, alignment and divergence before each of ten steps.
        let steps: [[Double]]
        let final: [Double]
        let gradients: [String: [Double]]
        let after: [String: [Double]]
    }

    static func golden() throws -> Golden {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Goldens")
        return try JSONDecoder().decode(
            Golden.self, from: Data(contentsOf: folder.appendingPathComponent("block.json")))
    }

    @Test func lossesGradientsAndTenSteps() throws {
        let golden = try Self.golden()
        let block = Block()
        let arena = Arena()
        let optimizer = AdamW(
            store: block.store,
            groups: [.init(learningRate: 1e-3, weightDecay: 0.1), .init(learningRate: 1e-2, weightDecay: 0.1)],
            beta2: 0.99, epsilon: 1e-6)
        for step in 0..<10 {
            arena.reset()
            block.store.zeroGradients()
            let tape = Tape(arena: arena)
            let (final, losses) = try block.losses(tape)
            tape.backward(from: losses)
            // The losses are sums of at most 33 terms of order one.
            expectClose(losses.map { $0.value.scalar }, golden.steps[step], absolute: 1e-5, "losses of step \(step)")
            if step == 0 {
                expectClose(final.value.values, golden.final, absolute: 1e-5, "final activations")
                for parameter in block.store.parameters {
                    let expected = golden.gradients[parameter.name] ?? []
                    let largest = expected.reduce(0) { max($0, abs($1)) }
                    // The key's bias has no gradient but rounding (softmax ignores it), hence the absolute part.
                    expectClose(
                        parameter.gradient?.values ?? [], expected, absolute: 1e-5 * largest + 1e-6,
                        "gradient of \(parameter.name)")
                }
            }
            optimizer.step()
        }
        for parameter in block.store.parameters {
            // Adam divides by the gradient's own size: where that is rounding (the key's bias) a step is noise, of at
            // most |g| / (|g| + epsilon) * rate. With gradient noise below 1e-7 and epsilon 1e-6: 1e-4 over ten steps
            // of rate 1e-3 would be 1e-3; everywhere else the relative error of the gradients, 1e-5 of ten steps.
            expectClose(
                parameter.value.values, golden.after[parameter.name] ?? [],
                absolute: parameter.name == "attn.bias" ? 1e-3 : 2e-5, "\(parameter.name) after ten steps")
        }
    }

    /// The same bytes twice: losses, gradients, parameters, at the machine's number of threads.
    @Test func sameBytesTwice() throws {
        func run() throws -> [Float] {
            let block = Block()
            let arena = Arena()
            let optimizer = AdamW(
                store: block.store, groups: [.init(learningRate: 1e-3), .init(learningRate: 1e-2)])
            var results: [Float] = []
            for _ in 0..<3 {
                arena.reset()
                block.store.zeroGradients()
                let tape = Tape(arena: arena)
                let losses = try block.losses(tape).1
                tape.backward(from: losses)
                results += losses.map { $0.value.scalar } + Array(block.store.gradients)
                optimizer.step()
            }
            return results + Array(block.store.values)
        }
        let (first, second) = (try run(), try run())
        #expect(first.map(\.bitPattern) == second.map(\.bitPattern))
    }
}

/// The model of Goldens/block.py.
struct Block {
    static let (vocabulary, width, heads, positionCount, coordinates, rank) = (23, 12, 3, 9, 7, 3)
    static let starts = [0, 5, 6, 11]
    let store = ParameterStore()

    init() {
        let (v, d, p, c) = (Self.vocabulary, Self.width, Self.positionCount, Self.coordinates)
        let declarations: [(name: String, shape: Shape, salt: Int, scale: Double, decays: Bool, group: Int)] = [
            ("wte", [v, d], 1, 0.5, true, 0), ("wpe", [p, d], 2, 0.3, true, 0),
            ("ln_1.weight", [d], 3, 0.8, false, 0), ("ln_1.bias", [d], 4, 0.1, false, 0),
            ("attn.weight", [d, 3 * d], 5, 0.4, true, 0), ("attn.bias", [3 * d], 6, 0.2, false, 0),
            ("proj.weight", [d, d], 7, 0.4, true, 0), ("proj.bias", [d], 8, 0.1, false, 0),
            ("ln_2.weight", [d], 9, 0.9, false, 0), ("ln_2.bias", [d], 10, 0.1, false, 0),
            ("fc.weight", [d, 4 * d], 11, 0.4, true, 0), ("fc.bias", [4 * d], 12, 0.2, false, 0),
            ("out.weight", [4 * d, d], 13, 0.3, true, 0), ("out.bias", [d], 14, 0.1, false, 0),
            ("ln_f.weight", [d], 15, 1.0, false, 0), ("ln_f.bias", [d], 16, 0.1, false, 0),
            ("map.weight", [c, d], 17, 0.5, true, 1), ("map.bias", [c], 18, 0.2, false, 1),
        ]
        for each in declarations {
            store.add(name: each.name, shape: each.shape, decay: each.decays, group: each.group)
        }
        store.allocate()
        for each in declarations {
            store[each.name].value.copy(
                from: sampleValues(each.shape.count, salt: each.salt, scale: each.scale).map { Float($0) })
        }
    }

    func losses(_ tape: Tape) throws -> (final: Variable, losses: [Variable]) {
        let n = 11
        let (v, d) = (Self.vocabulary, Self.width)
        func p(_ name: String) -> Variable { tape.parameter(store[name]) }
        let tokens = (0..<n).map { Int32((7 * $0 + 3) % v) }
        let positions: [Int32] = [0, 1, 2, 3, 4, 0, 0, 1, 2, 3, 4]

        var x = tape.embedding(tokens, positions: positions, tokenTable: p("wte"), positionTable: p("wpe"))
        var h = tape.layerNorm(x, gain: p("ln_1.weight"), bias: p("ln_1.bias"))
        let qkv = tape.linear(h, weight: p("attn.weight"), bias: p("attn.bias"))
        let attended = tape.causalAttention(qkv, heads: Self.heads, starts: Self.starts)
        x = tape.add(x, tape.linear(attended, weight: p("proj.weight"), bias: p("proj.bias")))

        let mapped = tape.linear(x, weight: p("map.weight"), bias: p("map.bias"), transposed: true)
        let alignment = tape.cosineAlignment(
            mapped, target: DoubleMatrix.sample(n, Self.coordinates, salt: 32).tensor, scale: 0.3)
        let basis = try RowSpace.orthonormalBasis(of: store["map.weight"].value.rows(0..<Self.rank))
        x = tape.roll(x, basis: basis, sources: [6, 7, 8, 9, 10, 5, 0, 1, 2, 3, 4])

        h = tape.layerNorm(x, gain: p("ln_2.weight"), bias: p("ln_2.bias"))
        h = tape.gelu(tape.linear(h, weight: p("fc.weight"), bias: p("fc.bias")))
        x = tape.add(x, tape.linear(h, weight: p("out.weight"), bias: p("out.bias")))
        let final = tape.layerNorm(x, gain: p("ln_f.weight"), bias: p("ln_f.bias"))

        let crossEntropy = tape.crossEntropy(
            tape.gatherRows(final, rows: [4, 9, 10]), head: p("wte"), targets: [5, 0, 22],
            rowWeights: [1, 0.5, 2], scale: 0.5)
        let divergence = tape.klDivergence(
            final, head: p("wte"), teacherHidden: DoubleMatrix.sample(n, d, salt: 30).tensor,
            teacherHead: DoubleMatrix.sample(v, d, salt: 31, scale: 0.5).tensor, scale: 0.2)
        return (final, [crossEntropy, alignment, divergence])
    }
}
