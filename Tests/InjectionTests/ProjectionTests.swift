import Basics
import Foundation
import Injection
import TensorCore
import Testing

/// The linear map whose variables have subspaces of their own.
@Suite struct ProjectionTests {
    private static let subspaces = [
        VariableSubspace(rows: 0..<4, dimensions: 0..<2), VariableSubspace(rows: 4..<5, dimensions: 2..<3),
    ]

    private static func projection(rows: Int = 6, bias: Bool = true) -> Projection {
        let projection = Projection(rows: rows, width: 8, bias: bias, subspaces: subspaces)
        var random = SeededRandom(seed: 3)
        projection.initialize(random: &random)
        return projection
    }

    private static func gram(_ basis: Tensor) -> Tensor {
        let gram = Tensor(zeros: [basis.rows, basis.rows])
        BLAS.multiply(Matrix(basis), Matrix(basis, transposed: true), into: gram)
        return gram
    }

    @Test func theBasisIsOrthonormalAfterEveryStep() throws {
        let projection = Self.projection()
        let basis = try #require(projection.basis)
        for round in 0..<3 {
            for row in 0..<3 {
                for column in 0..<3 {
                    // Two rounds of an iteration with quadratic convergence from an error of some hundredths.
                    #expect(abs(Self.gram(basis)[row, column] - (row == column ? 1 : 0)) < 1e-5)
                }
            }
            // A step of training.
            for index in basis.buffer.indices { basis.buffer[index] += 0.01 * Float((index * 7 + round) % 5 - 2) }
            projection.settle()
        }
    }

    /// What is trained piece by piece is one linear map.
    @Test func readingByVariableIsTheMap() throws {
        let projection = Self.projection()
        let tape = Tape(arena: Arena())
        let hidden = tape.constant(Tensor((0..<24).map { Float($0 * 5 % 11) / 7 - 0.6 }, shape: [3, 8]))
        let mapped = projection.map(tape, hidden).value
        let coordinates = projection.coordinates(tape, hidden)
        for subspace in Self.subspaces {
            let read = projection.read(tape, coordinates, rows: subspace.rows).value
            for row in 0..<3 {
                for (column, whole) in subspace.rows.enumerated() {
                    // Inner products of 8 terms of size 1.
                    #expect(abs(read[row, column] - mapped[row, whole]) < 1e-5)
                }
            }
        }
        // Rows of no variable read nothing.
        #expect((0..<3).allSatisfy { mapped[$0, 5] == 0 })
    }

    /// Exchanging one variable's subspace leaves what is read of the other.
    @Test func subspacesAreDisjoint() throws {
        let projection = Self.projection()
        let tape = Tape(arena: Arena())
        let hidden = tape.constant(Tensor((0..<16).map { Float($0 * 3 % 13) / 5 - 1 }, shape: [2, 8]))
        let basis = try projection.subspace(of: [0..<4])
        #expect(basis.rows == 2)
        let exchanged = tape.interchange(hidden, basis: basis, sources: [1, 0])
        let (before, after) = (projection.map(tape, hidden).value, projection.map(tape, exchanged).value)
        #expect(abs(before[0, 4] - after[0, 4]) < 1e-5)
        #expect((0..<4).contains { abs(before[0, $0] - after[0, $0]) > 1e-2 })
        for column in 0..<4 { #expect(abs(before[1, column] - after[0, column]) < 1e-5) }
    }

    @Test(arguments: [true, false]) func savedAndReadBack(bias: Bool) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("map-\(UUID()).safetensors")
        defer { try? FileManager.default.removeItem(at: file) }
        let projection = Self.projection(bias: bias)
        try projection.save(to: file)
        let loaded = try Projection.load(from: file, rows: 6, width: 8, subspaces: Self.subspaces)
        #expect(loaded.weight.values == projection.weight.values)
        #expect(loaded.bias?.values == projection.bias?.values)
        #expect(try loaded.subspace(of: [4..<5]).values == projection.subspace(of: [4..<5]).values)
        // The same file serves as a free map; other shapes are refused.
        #expect(try Projection.load(from: file, rows: 6, width: 8).basis == nil)
        #expect(throws: Failure.self) { try Projection.load(from: file, rows: 5, width: 8) }
        let wider = [VariableSubspace(rows: 0..<4, dimensions: 0..<5)]
        #expect(throws: Failure.self) { try Projection.load(from: file, rows: 6, width: 8, subspaces: wider) }
    }

    /// Gradients of basis, readouts and biases against central differences.
    @Test func gradientsAreTheDifferences() throws {
        let projection = Self.projection()
        let hidden = Tensor((0..<24).map { Float($0 * 5 % 11) / 7 - 0.6 }, shape: [3, 8])
        func loss(_ tape: Tape) -> Variable {
            let coordinates = projection.coordinates(tape, tape.constant(hidden))
            let squares = Self.subspaces.map { subspace in
                let read = projection.read(tape, coordinates, rows: subspace.rows)
                return tape.sum(tape.multiply(read, read))
            }
            return tape.add(squares[0], squares[1])
        }
        let tape = Tape(arena: Arena())
        tape.backward(from: loss(tape))
        for parameter in projection.store.parameters {
            let gradient = try #require(parameter.gradient).values
            for index in stride(from: 0, to: parameter.shape.count, by: 3) {
                let value = parameter.value[index]
                func at(_ moved: Float) -> Double {
                    parameter.value[index] = moved
                    return Double(loss(Tape(arena: Arena(), recording: false)).value.scalar)
                }
                let difference = (at(value + 1e-2) - at(value - 1e-2)) / 2e-2
                parameter.value[index] = value
                // The loss is quadratic in each number, so that central differences err by rounding alone: 1e-6 / 1e-2.
                #expect(abs(Double(gradient[index]) - difference) < 2e-3, "\(parameter.name) \(index)")
            }
        }
    }
}
