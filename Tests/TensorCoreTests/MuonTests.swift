import Foundation
import TensorCore
import Testing

@Suite struct MuonTests {
    /// X = U diag(s) V^T, with orthonormal columns in U and V.
    private static func factors(_ rows: Int, _ columns: Int, rank: Int) throws -> (u: DoubleMatrix, v: DoubleMatrix) {
        func basis(_ width: Int, salt: Int) throws -> DoubleMatrix {
            let sample = DoubleMatrix.sample(rank, width, salt: salt)
            let rows = try RowSpace.orthonormalBasis(of: sample.tensor)
            return DoubleMatrix(rows: rank, columns: width, values: rows.values.map(Double.init))
        }
        return (try basis(rows, salt: 3).transposed, try basis(columns, salt: 4).transposed)
    }

    private static func product(_ u: DoubleMatrix, _ s: [Double], _ v: DoubleMatrix) -> DoubleMatrix {
        u * DoubleMatrix(rows: s.count, columns: s.count) { $0 == $1 ? s[$0] : 0 } * v.transposed
    }

    /// What the iteration does to one singular value, in double precision.
    private static func image(_ s: Double) -> Double {
        let (a, b, c) = Orthogonalization.coefficients
        return (0..<Orthogonalization.steps).reduce(s) { value, _ in
            let square = value * value
            return value * (Double(a) + Double(b) * square + Double(c) * square * square)
        }
    }

    /// The iteration changes singular values and leaves singular vectors.
    @Test(arguments: [(12, 12), (8, 20), (20, 8)])
    func orthogonalizationActsOnSingularValues(shape: (Int, Int)) throws {
        let (rows, columns) = shape
        let rank = min(rows, columns)
        let (u, v) = try Self.factors(rows, columns, rank: rank)
        let s = (0..<rank).map { 5 * pow(0.6, Double($0)) }
        let norm = s.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let x = Self.product(u, s, v).tensor
        let scratch = UnsafeMutablePointer<Float>.allocate(capacity: Orthogonalization.room(rows, columns))
        defer { scratch.deallocate() }
        Orthogonalization.apply(x.pointer, rows, columns, scratch: scratch)
        let images = s.map { Self.image($0 / norm) }
        // The greatest singular values come near 1; the least of these are a hundredth of the norm.
        for value in images.prefix(6) { #expect((0.6...1.25).contains(value), "\(value)") }
        // Five steps in single precision, each with a derivative of at most 3.5 at small values: some 1e-7 x 3.5^5.
        expectClose(x.values, Self.product(u, images, v).values, absolute: 1e-4, "orthogonalised \(shape)")
    }

    @Test func zeroStaysZero() {
        let x = Tensor(zeros: [3, 4])
        let scratch = UnsafeMutablePointer<Float>.allocate(capacity: Orthogonalization.room(3, 4))
        defer { scratch.deallocate() }
        Orthogonalization.apply(x.pointer, 3, 4, scratch: scratch)
        #expect(x.values.allSatisfy { $0 == 0 })
    }

    /// Momentum, decay and factor by the formula; two maps side by side are orthogonalised by themselves, and a
    /// parameter without maps is left alone.
    @Test func aStepFollowsTheFormula() {
        let store = ParameterStore()
        store.add(name: "embedding", shape: [5, 6], decay: true)
        store.add(name: "fused", shape: [4, 10], decay: true, hiddenMaps: 2)
        store.allocate()
        let moments = UnsafeMutableBufferPointer<Float>.allocate(capacity: store.flatCount)
        moments.initialize(repeating: 0)
        defer { moments.deallocate() }
        let muon = Muon(store: store, momenta: moments)
        for (salt, parameter) in store.parameters.enumerated() {
            parameter.value.copy(from: sampleValues(parameter.shape.count, salt: salt).map { Float($0) })
        }
        let embedding = store["embedding"].value.values
        let fused = store["fused"]
        var expected = fused.value.values.map(Double.init)
        var momentum = [Double](repeating: 0, count: 40)
        let (rate, decay, scale) = (0.03, 0.2, 0.5)
        for step in 1...3 {
            let gradient = sampleValues(40, salt: 20 + step)
            fused.gradient?.copy(from: gradient.map { Float($0) })
            var update = [Double](repeating: 0, count: 40)
            for index in momentum.indices {
                momentum[index] = 0.95 * momentum[index] + 0.05 * scale * gradient[index]
                update[index] = 0.95 * momentum[index] + 0.05 * scale * gradient[index]
            }
            for part in 0..<2 {
                let places = (0..<4).flatMap { row in (0..<5).map { row * 10 + part * 5 + $0 } }
                let map = Tensor(places.map { Float(update[$0]) }, shape: [4, 5])
                let scratch = UnsafeMutablePointer<Float>.allocate(capacity: Orthogonalization.room(4, 5))
                defer { scratch.deallocate() }
                Orthogonalization.apply(map.pointer, 4, 5, scratch: scratch)
                for (index, place) in places.enumerated() {
                    let change = 0.2 * 5.0.squareRoot() * Double(map.values[index])
                    expected[place] -= rate * decay * expected[place] + rate * change
                }
            }
            muon.step(rate: Float(rate), weightDecay: Float(decay), gradientScale: Float(scale))
        }
        // Orthogonalisation magnifies roundings of its input some hundredfold; a step applies 1 % of its result.
        expectClose(fused.value.values, expected, absolute: 1e-5, "fused")
        #expect(store["embedding"].value.values == embedding)
    }
}
