import Foundation
import TensorCore

/// A plain matrix in double precision: what the references are written in.
struct DoubleMatrix {
    var rows: Int
    var columns: Int
    var values: [Double]

    init(rows: Int, columns: Int, values: [Double]) {
        precondition(values.count == rows * columns)
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    init(rows: Int, columns: Int, _ element: (Int, Int) -> Double) {
        self.init(
            rows: rows, columns: columns,
            values: (0..<rows * columns).map { element($0 / max(columns, 1), $0 % max(columns, 1)) })
    }

    /// Smooth values in -1 ... 1 that differ with `salt`, rounded to single precision so that both sides start equal.
    static func sample(_ rows: Int, _ columns: Int, salt: Int, scale: Double = 1) -> DoubleMatrix {
        DoubleMatrix(rows: rows, columns: columns, values: sampleValues(rows * columns, salt: salt, scale: scale))
    }

    subscript(row: Int, column: Int) -> Double {
        get { values[row * columns + column] }
        set { values[row * columns + column] = newValue }
    }

    func row(_ index: Int) -> [Double] { Array(values[index * columns..<(index + 1) * columns]) }

    var transposed: DoubleMatrix { DoubleMatrix(rows: columns, columns: rows) { self[$1, $0] } }

    static func * (a: DoubleMatrix, b: DoubleMatrix) -> DoubleMatrix {
        precondition(a.columns == b.rows)
        return DoubleMatrix(rows: a.rows, columns: b.columns) { i, j in
            (0..<a.columns).reduce(0) { $0 + a[i, $1] * b[$1, j] }
        }
    }

    static func + (a: DoubleMatrix, b: DoubleMatrix) -> DoubleMatrix { a.combined(b, +) }
    static func - (a: DoubleMatrix, b: DoubleMatrix) -> DoubleMatrix { a.combined(b, -) }

    func combined(_ other: DoubleMatrix, _ operation: (Double, Double) -> Double) -> DoubleMatrix {
        precondition(rows == other.rows && columns == other.columns)
        return DoubleMatrix(rows: rows, columns: columns, values: zip(values, other.values).map(operation))
    }

    func map(_ transform: (Double) -> Double) -> DoubleMatrix {
        DoubleMatrix(rows: rows, columns: columns, values: values.map(transform))
    }

    var tensor: Tensor { Tensor(values.map { Float($0) }, shape: [rows, columns]) }
}

/// scale * sin(0.7 i + 0.0137 i^2 + 1.3 salt), in double precision, rounded to single. The quadratic term keeps
/// matrices made of such values at full rank.
func sampleValues(_ count: Int, salt: Int, scale: Double = 1) -> [Double] {
    (0..<count).map { index in
        let i = Double(index)
        return Double(Float(scale * sin(0.7 * i + 0.0137 * i * i + 1.3 * Double(salt))))
    }
}

func softmax(_ row: [Double]) -> [Double] {
    let largest = row.max() ?? 0
    let exponentials = row.map { exp($0 - largest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
}

func logSumExp(_ row: [Double]) -> Double {
    let largest = row.max() ?? 0
    return largest + log(row.reduce(0) { $0 + exp($1 - largest) })
}
