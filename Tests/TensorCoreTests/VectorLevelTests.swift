import CKernels
import Foundation
import TensorCore
import Testing

/// Every kernel gives at each level of the processor what it gives at `none`, but for the order of its sums and the
/// rounding that a fused multiply-add leaves out.
@Suite struct VectorLevelTests {
    @Test func theLevelIsTheOneAskedFor() throws {
        guard let requested = VectorLevel.requested else {
            #expect(VectorLevel.inUse == .ofProcessor)
            return
        }
        #expect(VectorLevel.inUse.name == requested)
    }

    /// A kernel's results as a list of numbers, for a row of `count`.
    private struct Kernel: Sendable {
        let name: String
        /// In units of 2^-24 of the largest result: sums of a few hundred terms of order one, and exponentials.
        var tolerance = 400.0
        let results: @Sendable (_ count: Int) -> [Double]
    }

    private static func values(_ count: Int, salt: Int, scale: Double = 1) -> [Float] {
        sampleValues(count, salt: salt, scale: scale).map { Float($0) }
    }

    /// Applies a kernel that writes one row.
    private static func map(
        _ name: String, tolerance: Double = 400, scale: Double = 1,
        _ body: @escaping @Sendable (Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Double?
    ) -> Kernel {
        Kernel(name: name, tolerance: tolerance) { count in
            var y = values(count, salt: 2)
            let value = body(count, values(count, salt: 1, scale: scale), &y)
            return y.map(Double.init) + (value.map { [$0] } ?? [])
        }
    }

    private static let kernels: [Kernel] = [
        map("exp", scale: 20) {
            kernel_exp($0, $1, $2)
            return nil
        },
        map("gelu", scale: 6) {
            kernel_gelu($0, $1, $2)
            return nil
        },
        map("gelu backward", scale: 6) {
            kernel_gelu_backward($0, $1, values($0, salt: 3), 0.5, $2)
            return nil
        },
        map("axpby") {
            kernel_axpby($0, 0.3, $1, 0.7, $2)
            return nil
        },
        map("add") {
            kernel_add($0, $1, values($0, salt: 3), $2)
            return nil
        },
        map("subtract") {
            kernel_subtract($0, $1, values($0, salt: 3), $2)
            return nil
        },
        map("multiply") {
            kernel_multiply($0, $1, values($0, salt: 3), 0.5, $2)
            return nil
        },
        map("sum") { count, x, _ in kernel_sum(count, x) },
        map("sum of squares") { count, x, _ in kernel_sum_of_squares(count, x) },
        map("dot") { Double(kernel_dot($0, $1, $2)) },
        map("column sums") {
            kernel_column_sums(1, $0, $1, $0, 0.5, $2)
            return nil
        },
        map("softmax", scale: 5) { count, _, y in Double(kernel_softmax(count, y)) },
        map("log sum exp", scale: 5) { count, x, _ in Double(kernel_log_sum_exp(count, x)) },
        map("argmax", tolerance: 0) { count, x, _ in Double(kernel_argmax(count, x)) },
        map("cross entropy") { count, _, y in kernel_cross_entropy(count, y, count / 2, 0.5) },
        map("divergence") { count, _, y in
            var teacher = values(count, salt: 4)
            return kernel_kl_divergence(count, y, &teacher, 0.5)
        },
        map("cosine distance") { kernel_cosine_distance($0, $1, values($0, salt: 5), 0.5, 0.5, $2) },
        map("layer norm") { count, x, y in
            kernel_layer_norm(1, count, x, values(count, salt: 3), values(count, salt: 4), 1e-5, y, nil, nil)
            return nil
        },
        map("layer norm backward") { count, x, y in
            let (mean, inverse): ([Float], [Float]) = ([0.1], [1.3])
            kernel_layer_norm_backward(
                1, count, x, values(count, salt: 3), mean, inverse, values(count, salt: 4), 0.5, y, nil, nil)
            return nil
        },
        map("causal softmax", scale: 5) { count, _, y in
            var sums: [Float] = [0]
            kernel_causal_softmax(1, count, count / 2, 0.7, y, count, &sums)
            return Double(sums[0])
        },
        map("AdamW") { count, x, y in
            var (m, v) = (values(count, salt: 3), values(count, salt: 4).map { $0 * $0 })
            kernel_adamw(count, y, x, &m, &v, 1e-3, 1e-2, 0.9, 0.99, 1.2, 1e-8, 0.5)
            return nil
        },
        Kernel(name: "to bf16 and back", tolerance: 0) { count in
            var (halves, back) = ([UInt16](repeating: 0, count: count), [Float](repeating: 0, count: count))
            kernel_to_bf16(count, values(count, salt: 1, scale: 3e5), &halves)
            kernel_from_bf16(count, halves, &back)
            return back.map(Double.init)
        },
        Kernel(name: "attention") { length in attention(length: min(length, 67), width: 32) },
    ]

    /// Forward, backward, and the last query alone against the keys before it.
    private static func attention(length: Int, width: Int) -> [Double] {
        let size = length * width
        let (q, k, v, dy) = (values(size, salt: 1), values(size, salt: 2), values(size, salt: 3), values(size, salt: 4))
        var (y, sums) = ([Float](repeating: 0, count: size), [Float](repeating: 0, count: length))
        var scratch = [Float](repeating: 0, count: Int(kernel_attention_backward_scratch(length, width)))
        var gradients = [[Float]](repeating: [Float](repeating: .nan, count: size), count: 3)
        var last = [Float](repeating: 0, count: width)
        kernel_attention(length, width, q, width, k, v, width, 0.2, &y, width, &sums, &scratch)
        var (dq, dk, dv) = (gradients[0], gradients[1], gradients[2])
        kernel_attention_backward(
            length, width, q, width, k, v, width, 0.2, y, dy, width, sums, 0, &dq, 0, &dk, 0, &dv, &scratch)
        gradients = [dq, dk, dv]
        kernel_attention_query(length, width, Array(q.suffix(width)), k, v, width, 0.2, &last, &scratch)
        return (y + sums + gradients.joined() + last).map(Double.init)
    }

    @Test(arguments: VectorLevel.available.dropFirst())
    func everyKernelIsThatOfThePlainProcessor(_ level: VectorLevel) {
        for kernel in Self.kernels {
            for count in [1, 7, 16, 33, 250] {
                let plain = VectorLevel.none.onThisThread { kernel.results(count) }
                let wide = level.onThisThread { kernel.results(count) }
                let largest = plain.reduce(1e-3) { max($0, abs($1)) }
                let worst = zip(plain, wide).reduce(0) { max($0, abs($1.0 - $1.1)) }
                #expect(plain.count == wide.count && !wide.contains { $0.isNaN })
                #expect(
                    worst <= kernel.tolerance * 0x1p-24 * largest,
                    "\(kernel.name) of \(count) at \(level.name): \(worst)")
            }
        }
    }
}
