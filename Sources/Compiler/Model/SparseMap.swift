/// An affine map out of the residual stream, stored by input: `y = b + sum over inputs i of x_i * column_i`.
package struct SparseMap: Sendable, Equatable {
    package let rows: Int
    package let columns: Int
    package private(set) var bias: [Float]
    /// The bias again, in double precision, in which sums are formed.
    private var wideBias: [Double]
    /// Where each column's entries begin in `row` and `weight`; one more than there are columns.
    private var starts: [Int32]
    private var row: [Int32]
    private var weight: [Float]

    /// - Parameter entries: (row, column, weight), at most one for each place.
    package init(rows: Int, columns: Int, bias: [Float], entries: [(row: Int, column: Int, weight: Float)]) {
        self.rows = rows
        self.columns = columns
        self.bias = bias
        wideBias = bias.map(Double.init)
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
            for term in form.terms { entries.append((row, term.direction.index, Float(term.weight))) }
        }
        self.init(rows: forms.count, columns: columns, bias: forms.map { Float($0.bias) }, entries: entries)
    }

    func scaled(by factor: Float) -> SparseMap {
        SparseMap(
            rows: rows, columns: columns, bias: bias.map { $0 * factor },
            entries: entries.map { ($0.row, $0.column, $0.weight * factor) })
    }

    package var nonzeroCount: Int { weight.count + bias.count { $0 != 0 } }

    package var entries: [(row: Int, column: Int, weight: Float)] {
        (0..<columns).flatMap { column in
            (Int(starts[column])..<Int(starts[column + 1])).map { (Int(row[$0]), column, weight[$0]) }
        }
    }

    /// `b + A x` for each of several sparse vectors, `[vectors, rows]`.
    func apply(_ vectors: SparseVectors) -> [Double] {
        guard rows > 0 else { return [] }
        return [Double](unsafeUninitializedCapacity: vectors.count * rows) { result, count in
            for vector in 0..<vectors.count {
                _ = result[(vector * rows)..<((vector + 1) * rows)].update(fromContentsOf: wideBias)
            }
            accumulate(vectors, into: result)
            count = vectors.count * rows
        }
    }

    /// `b + A x` for one of several sparse vectors.
    func apply(_ vectors: SparseVectors, _ vector: Int, into result: UnsafeMutableBufferPointer<Double>) {
        _ = result.update(fromContentsOf: wideBias)
        add(vectors, vector..<(vector + 1), to: result)
    }

    /// Adds `A x` for each vector; the bias is left out.
    func accumulate(_ vectors: SparseVectors, into result: UnsafeMutableBufferPointer<Double>) {
        add(vectors, 0..<vectors.count, to: result)
    }

    private func add(_ vectors: SparseVectors, _ range: Range<Int>, to result: UnsafeMutableBufferPointer<Double>) {
        guard var target = result.baseAddress else { return }
        starts.withUnsafeBufferPointer { starts in
            row.withUnsafeBufferPointer { row in
                weight.withUnsafeBufferPointer { weight in
                    for vector in range {
                        for entry in vectors.starts[vector]..<vectors.starts[vector + 1] {
                            let (column, x) = (Int(vectors.columns[entry]), vectors.values[entry])
                            for index in Int(starts[column])..<Int(starts[column + 1]) {
                                target[Int(row[index])] += x * Double(weight[index])
                            }
                        }
                        target += rows
                    }
                }
            }
        }
    }
}
