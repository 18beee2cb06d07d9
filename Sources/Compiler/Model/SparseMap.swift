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
            for term in form.terms { entries.append((row, term.direction, Float(term.weight))) }
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

/// The non-zeros of several vectors.
struct SparseVectors {
    private(set) var starts: [Int] = [0]
    private(set) var columns: [Int32] = []
    private(set) var values: [Double] = []

    var count: Int { starts.count - 1 }

    init() {}

    /// The rows of a dense matrix.
    init(dense: [Float], width: Int) {
        columns.reserveCapacity(dense.count / 16)
        values.reserveCapacity(dense.count / 16)
        dense.withUnsafeBufferPointer { dense in
            for start in stride(from: 0, to: dense.count, by: width) {
                let row = UnsafeBufferPointer(rebasing: dense[start..<(start + width)])
                row.forEachNonzero { column, value in append(column, Double(value)) }
                endVector()
            }
        }
    }

    @inline(__always)
    mutating func append(_ column: Int, _ value: Double) {
        columns.append(Int32(column))
        values.append(value)
    }

    mutating func endVector() { starts.append(columns.count) }

    /// The same vectors but for some, which are those of `other`.
    func replacing(_ replaced: Range<Int>, by other: SparseVectors) -> SparseVectors {
        var result = SparseVectors()
        for vector in 0..<count {
            let source = replaced.contains(vector) ? other : self
            for entry in source.starts[vector]..<source.starts[vector + 1] {
                result.append(Int(source.columns[entry]), source.values[entry])
            }
            result.endVector()
        }
        return result
    }
}

extension UnsafeBufferPointer where Element: BinaryFloatingPoint {
    /// Visits what is not zero, in order. Nearly all is, so 64 bytes are looked at at a time.
    @inline(__always)
    func forEachNonzero(_ body: (_ index: Int, _ value: Element) -> Void) {
        let raw = UnsafeRawBufferPointer(self)
        let block = 64 / MemoryLayout<Element>.stride
        let whole = count / block * block
        for start in stride(from: 0, to: whole, by: block) {
            var bits: UInt64 = 0
            for word in 0..<8 {
                bits |= raw.loadUnaligned(
                    fromByteOffset: start * MemoryLayout<Element>.stride + 8 * word, as: UInt64.self)
            }
            guard bits != 0 else { continue }
            for index in start..<(start + block) where self[index] != 0 { body(index, self[index]) }
        }
        for index in whole..<count where self[index] != 0 { body(index, self[index]) }
    }
}
