/// A dense row-major array of single-precision numbers. Copying a `Tensor` copies the reference, not the numbers.
///
/// A tensor keeps its memory alive, but a tensor of an arena loses its *contents* at the arena's next `reset()`.
/// Tensors may be handed to several threads; writing the same elements from two is the caller's error.
public struct Tensor: @unchecked Sendable {
    public let shape: Shape
    public let pointer: UnsafeMutablePointer<Float>
    /// Rows and columns of the tensor as a matrix (its last dimension is a row).
    public let rows: Int
    public let columns: Int
    let owner: AnyObject?

    /// A view of memory that `owner` keeps alive. Read-only memory (a mapped file) may be wrapped if nothing writes it.
    public init(shape: Shape, pointer: UnsafeMutablePointer<Float>, owner: AnyObject?) {
        self.shape = shape
        self.pointer = pointer
        self.owner = owner
        rows = shape.rows
        columns = shape.columns
    }

    /// A tensor with storage of its own, outside any arena; zeroed.
    public init(zeros shape: Shape) {
        let storage = Storage(capacity: shape.count)
        self.init(shape: shape, pointer: storage.pointer, owner: storage)
    }

    /// A tensor with storage of its own holding `values`, row by row.
    public init(_ values: [Float], shape: Shape) {
        precondition(values.count == shape.count, "\(values.count) values for shape \(shape)")
        self.init(zeros: shape)
        copy(from: values)
    }

    public var count: Int { rows * columns }
    public var isScalar: Bool { count == 1 }

    public var buffer: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(start: pointer, count: count) }
    public var values: [Float] { Array(buffer) }

    /// The value of a tensor of one element.
    public var scalar: Float {
        precondition(isScalar, "\(shape) is no scalar")
        return pointer[0]
    }

    public subscript(index: Int) -> Float {
        get {
            precondition(index >= 0 && index < count)
            return pointer[index]
        }
        nonmutating set {
            precondition(index >= 0 && index < count)
            pointer[index] = newValue
        }
    }

    public subscript(row: Int, column: Int) -> Float {
        get {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns)
            return pointer[row * columns + column]
        }
        nonmutating set {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns)
            pointer[row * columns + column] = newValue
        }
    }

    /// First element of a row.
    public func row(_ index: Int) -> UnsafeMutablePointer<Float> {
        precondition(index >= 0 && index < rows)
        return pointer + index * columns
    }

    /// Rows `range` as a tensor that shares the memory.
    public func rows(_ range: Range<Int>) -> Tensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows)
        return Tensor(shape: [range.count, columns], pointer: pointer + range.lowerBound * columns, owner: owner)
    }

    public func fill(_ value: Float) {
        let pointer = pointer
        Parallel.for(count, grain: 1 << 17) { range in
            (pointer + range.lowerBound).update(repeating: value, count: range.count)
        }
    }

    public func copy(from values: [Float]) {
        precondition(values.count == count, "\(values.count) values for shape \(shape)")
        values.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { pointer.update(from: base, count: count) }
        }
    }

    public func copy(from other: Tensor) {
        precondition(other.count == count, "cannot copy \(other.shape) into \(shape)")
        pointer.update(from: other.pointer, count: count)
    }
}
