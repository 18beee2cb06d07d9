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
        Orthogonalization.coefficients.reduce(s) { value, step in
            let square = value * value
            return value * (Double(step.a) + Double(step.b) * square + Double(step.c) * square * square)
        }
    }

    @Test func whatIsNotNearZeroComesNearOne() {
        for index in 0...10_000 {
            let image = Self.image(0.002 * pow(500, Double(index) / 10_000))
            #expect((0.67...1.33).contains(image), "step \(index)")
        }
    }

    /// The iteration changes singular values and leaves singular vectors.
    @Test(arguments: [(12, 12), (8, 10), (10, 8), (8, 20), (20, 8)])
    func orthogonalizationActsOnSingularValues(shape: (Int, Int)) throws {
        let (rows, columns) = shape
        let rank = min(rows, columns)
        let (u, v) = try Self.factors(rows, columns, rank: rank)
        let s = (0..<rank).map { 5 * pow(0.6, Double($0)) }
        let norm = pow(s.reduce(0) { $0 + pow($1, 4) }, 0.25)
        let x = Self.product(u, s, v).tensor
        let scratch = UnsafeMutablePointer<Float>.allocate(capacity: Orthogonalization.room(rows, columns))
        defer { scratch.deallocate() }
        Orthogonalization.apply(x.pointer, rows, columns, scratch: scratch)
        let images = s.map { Self.image($0 / norm) }
        for value in images { #expect((0.6...1.4).contains(value), "\(value)") }
        // Roundings of X X^T are some 1e-7 of its norm, so 3 % of the square of a singular value of 0.002, which is mapped
        // near 1 all the same; the least one here is 0.003.
        expectClose(x.values, Self.product(u, images, v).values, absolute: 0.02, "orthogonalised \(shape)")
    }

    /// Any scale that a gradient can have.
    @Test(arguments: [1e-18, 1e-9, 1e9, 1e17])
    func theScaleDoesNotMatter(scale: Double) {
        let sample = DoubleMatrix.sample(6, 16, salt: 9)
        func result(_ scale: Double) -> [Float] {
            let x = Tensor(sample.values.map { Float($0 * scale) }, shape: [6, 16])
            let scratch = UnsafeMutablePointer<Float>.allocate(capacity: Orthogonalization.room(6, 16))
            defer { scratch.deallocate() }
            Orthogonalization.apply(x.pointer, 6, 16, scratch: scratch)
            return x.values
        }
        expectClose(result(scale), result(1).map(Double.init), absolute: 1e-4, "times \(scale)")
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
