/// An affine map out of the residual stream, stored by input: `y = b + sum over inputs i of x_i * column_i`.
package struct SparseMap: Sendable, Equatable {
    package let rows: Int
    package let columns: Int
    package private(set) var bias: [Float]
    /// Where each column's entries begin in `row` and `weight`; one more than there are columns.
    private var starts: [Int32]
    private var row: [Int32]
    private var weight: [Float]

    /// - Parameter entries: (row, column, weight), at most one for each place.
    package init(rows: Int, columns: Int, bias: [Float], entries: [(row: Int, column: Int, weight: Float)]) {
        self.rows = rows
        self.columns = columns
        self.bias = bias
        let sorted = entries.filter { $0.weight != 0 }.sorted { ($0.column, $0.row) < ($1.column, $1.row) }
        starts = [Int32](repeating: 0, count: columns + 1)
        for entry in sorted { starts[entry.column + 1] += 1 }
        for column in 0..<columns { starts[column + 1] += starts[column] }
        row = sorted.map { Int32($0.row) }
        weight = sorted.map(\.weight)
    }

    /// Each row one linear form over `columns` directions.
    init(_ forms: [LinearForm], columns: Int) {
        var entries: [(row: Int, column: Int, weight: Float)] = []
        for (row, form) in forms.enumerated() {
            for term in form.terms { entries.append((row, term.direction, Float(term.weight))) }
        }
        self.init(rows: forms.count, columns: columns, bias: forms.map { Float($0.bias) }, entries: entries)
    }

    package var nonzeroCount: Int { weight.count + bias.count { $0 != 0 } }

    package var entries: [(row: Int, column: Int, weight: Float)] {
        (0..<columns).flatMap { column in
            (Int(starts[column])..<Int(starts[column + 1])).map { (Int(row[$0]), column, weight[$0]) }
        }
    }

    /// Adds `x * column` to the output.
    @inline(__always)
    func add(_ x: Double, _ column: Int, to output: UnsafeMutablePointer<Double>) {
        row.withUnsafeBufferPointer { row in
            weight.withUnsafeBufferPointer { weight in
                for index in Int(starts[column])..<Int(starts[column + 1]) {
                    output[Int(row[index])] += x * Double(weight[index])
                }
            }
        }
    }
}
