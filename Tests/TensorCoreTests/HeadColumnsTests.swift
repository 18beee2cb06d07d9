import TensorCore
import Testing

/// Heads cut out of a product that holds queries, keys and values, and turned there.
@Suite struct HeadColumnsTests {
    /// Three heads of 4 columns: one after the other, and with other columns between, before and behind them.
    private static let layouts = [
        HeadColumns(heads: 3, width: 4), HeadColumns(heads: 3, width: 4, start: 2, stride: 4),
        HeadColumns(heads: 3, width: 4, start: 4, stride: 12), HeadColumns(heads: 3, width: 4, start: 8, stride: 12),
    ]

    private static func cut(_ x: DoubleMatrix, _ places: HeadColumns) -> DoubleMatrix {
        DoubleMatrix(rows: x.rows, columns: places.heads * places.width) { row, column in
            x[row, places.columns(column / places.width).lowerBound + column % places.width]
        }
    }

    @Test(arguments: layouts)
    func cutting(places: HeadColumns) {
        for columns in [places.columns(2).upperBound, 37] {
            checkOperation(
                "head columns", inputs: [.sample(5, columns, salt: 1)], reference: { Self.cut($0[0], places) },
                operation: { tape, x in tape.headColumns(x[0], places) })
        }
    }

    /// Half of each head turns.
    @Test(arguments: layouts)
    func turning(places: HeadColumns) {
        let positions: [Int32] = [0, 1, 2, 0, 7, 1000]
        let angles = RotaryAngles(positions: positions, frequencies: RotaryFrequencies(width: 2, theta: 500))
        checkOperation(
            "rotary positions in place", inputs: [.sample(positions.count, 37, salt: 1)],
            reference: { x in
                let heads = Self.cut(x[0], places)
                return DoubleMatrix(rows: heads.rows, columns: heads.columns) { row, column in
                    let head = column / 4 * 4
                    guard column % 4 < 2 else { return heads[row, column] }
                    return RotaryPositionsTests.turned(
                        (heads[row, head], heads[row, head + 1]), by: Double(positions[row]))[column % 4]
                }
            }, operation: { tape, x in tape.rotate(x[0], by: angles, places) })
    }

    /// The three parts of one product: their gradients come together.
    @Test func allPartsOfAProduct() {
        checkOperation(
            "parts of a product", inputs: [.sample(4, 36, salt: 1)],
            reference: { x in
                Self.layouts[2...].map { Self.cut(x[0], $0) }.reduce(Self.cut(x[0], Self.layouts[0])) { $0 + $1 }
            },
            operation: { tape, x in
                tape.add(
                    tape.add(tape.headColumns(x[0], Self.layouts[0]), tape.headColumns(x[0], Self.layouts[2])),
                    tape.headColumns(x[0], Self.layouts[3]))
            })
    }
}
