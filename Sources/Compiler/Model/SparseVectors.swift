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
