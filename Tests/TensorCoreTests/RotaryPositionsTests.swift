import Foundation
import TensorCore
import Testing

@Suite struct RotaryPositionsTests {
    private static let positions: [Int32] = [0, 1, 2, 0, 7, 1000]

    static func reference(_ x: DoubleMatrix, headWidth: Int, theta: Double) -> DoubleMatrix {
        let half = headWidth / 2
        return DoubleMatrix(rows: x.rows, columns: x.columns) { row, column in
            let (head, place) = (column / headWidth * headWidth, column % headWidth)
            let angle = Double(positions[row]) * pow(theta, -Double(place % half) / Double(half))
            let (left, right) = (x[row, head + place % half], x[row, head + place % half + half])
            return place < half ? cos(angle) * left - sin(angle) * right : cos(angle) * right + sin(angle) * left
        }
    }

    /// A pair turned by an angle in radians.
    static func turned(_ pair: (Double, Double), by angle: Double) -> [Double] {
        [cos(angle) * pair.0 - sin(angle) * pair.1, cos(angle) * pair.1 + sin(angle) * pair.0]
    }

    @Test(arguments: [(1, 2), (3, 10), (2, 32), (1, 76)])
    func matchesReference(heads: Int, headWidth: Int) {
        let angles = RotaryAngles(
            positions: Self.positions, frequencies: RotaryFrequencies(width: headWidth, theta: 500))
        checkOperation(
            "rotary positions", inputs: [.sample(Self.positions.count, heads * headWidth, salt: 1)],
            reference: { Self.reference($0[0], headWidth: headWidth, theta: 500) },
            operation: { tape, x in tape.rotate(x[0], by: angles, HeadColumns(heads: heads, width: headWidth)) })
    }

    /// Some scalings multiply what is turned, and the gradient as well.
    @Test func scaledPairs() {
        let angles = RotaryAngles(positions: Self.positions, frequencies: RotaryFrequencies(values: [0.3], scale: 1.5))
        checkOperation(
            "scaled rotary positions", inputs: [.sample(Self.positions.count, 2, salt: 1)],
            reference: { x in
                DoubleMatrix(rows: x[0].rows, columns: 2) { row, column in
                    1.5 * Self.turned((x[0][row, 0], x[0][row, 1]), by: 0.3 * Double(Self.positions[row]))[column]
                }
            }, operation: { tape, x in tape.rotate(x[0], by: angles, HeadColumns(heads: 1, width: 2)) })
    }
}
