import Evaluation
import Foundation
import Injection
import RASP
import TensorCore
import Testing

/// Maps fitted in closed form.
@Suite struct LinearProbeTests {
    private static let names: [Atom] = ["low", "middle", "high"]

    /// A variable of three values in rows 0 to 2, and a number in row 3 with its exception in row 4.
    private static let layout = VariableLayout(
        entries: [
            .init(name: "c", encoding: .categorical(names), rows: 0..<3, writtenByLayer: 0, readByLayer: 1),
            .init(name: "x", encoding: .numerical([]), rows: 3..<5, writtenByLayer: 0, readByLayer: 1),
        ], directions: [0, 1, 2, 3, 4], output: 0, layers: 1)

    private func mapped(_ projection: Projection, _ stream: [Float], width: Int = 1) -> [[Float]] {
        let tape = Tape(arena: Arena(), recording: false)
        let input = tape.constant(Tensor(stream, shape: [stream.count / width, width]))
        let result = projection.map(tape, input).value
        return (0..<result.rows).map { row in (0..<result.columns).map { result.row(row)[$0] } }
    }

    /// Three values of equal share and variance lie on a line; the borders are half way between their means, 1, 5 and 9.
    /// A regression to one-hot vectors would never choose the middle one by more than a hair.
    @Test func valuesBetweenOthersAreRead() throws {
        let stream: [Float] = [0, 2, 4, 6, 8, 10]
        let classes = [0, 0, 1, 1, 2, 2].map { Optional(Self.names[$0]) }
        let projection = try LinearProbe(Tensor(stream, shape: [6, 1])).fitted(
            to: [classes, stream.map { .float(Double($0)) }], layout: Self.layout)
        let read = mapped(projection, [-3, 2.99, 3.01, 5, 6.99, 7.01, 20]).map { row in
            (0..<3).max { row[$0] < row[$1] }
        }
        #expect(read == [0, 0, 1, 1, 1, 2, 2])
        // By the formula: variance 1 within, and a thousandth of it more; w = (m - 5) / 1.001 from the middle of all.
        let rows = mapped(projection, [5, 6])
        #expect(abs(rows[1][2] - rows[0][2] - 4 / 1.001) < 1e-4)
        #expect(abs(rows[1][0] - rows[0][0] + 4 / 1.001) < 1e-4)
    }

    /// y = 2 x + 1 with a ridge of a thousandth: the slope is 2 / 1.001, the mean stays.
    @Test func numbersAreRegressed() throws {
        let stream: [Float] = [-1, 0, 1, 2]
        let numbers = stream.map { Optional(Atom.float(Double(2 * $0 + 1))) }
        let projection = try LinearProbe(Tensor(stream, shape: [4, 1])).fitted(
            to: [stream.map { _ in Self.names[0] }, numbers], layout: Self.layout)
        let rows = mapped(projection, [0.5, 1.5])
        #expect(abs(rows[0][3] - 2) < 1e-5)
        #expect(abs(rows[1][3] - rows[0][3] - 2 / 1.001) < 1e-5)
        // Nowhere undefined.
        #expect(rows.allSatisfy { abs($0[4]) < 1e-5 })
    }

    /// Where a value is missing in the data it is never read, and the shares decide where nothing else does.
    @Test func sharesCount() throws {
        let stream: [Float] = [0, 0, 0, 0]
        let classes: [Atom?] = ["low", "low", "low", "high"]
        let projection = try LinearProbe(Tensor(stream, shape: [4, 1])).fitted(
            to: [classes, stream.map { _ in nil }], layout: Self.layout)
        let row = mapped(projection, [0])[0]
        #expect(row[0] > row[2] && row[2] > row[1])
        // exp(b) are the shares: three to one.
        #expect(abs(row[0] - row[2] - 1.0986123) < 1e-5)
        // The number is undefined everywhere.
        #expect(abs(row[4] - 1) < 1e-5)
    }

    /// One token a value: nothing is left of the covariance within values but rounding, which may be negative.
    @Test func aTokenForEachValueWillDo() throws {
        let stream = (0..<3 * 40).map { Float(100 * sin(Double($0 * $0))) }
        let classes = Self.names.prefix(3).map { Optional($0) }
        let projection = try LinearProbe(Tensor(stream, shape: [3, 40])).fitted(
            to: [classes, [1, 2, 3].map { .float($0) }], layout: Self.layout)
        let areFinite = projection.store["weight"].value.values.allSatisfy(\.isFinite)
        #expect(areFinite)
    }
}
