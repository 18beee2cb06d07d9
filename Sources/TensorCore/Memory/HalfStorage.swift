import CKernels

/// Numbers kept in bf16, the upper half of single precision: eight bits of mantissa, the same range.
public final class HalfStorage: @unchecked Sendable {
    private let storage: Storage
    public let count: Int
    public var pointer: UnsafeMutablePointer<UInt16> {
        UnsafeMutableRawPointer(storage.pointer).assumingMemoryBound(to: UInt16.self)
    }

    /// Zeros.
    public init(count: Int) {
        storage = Storage(capacity: (count + 1) / 2)
        self.count = count
    }

    /// A tensor's values, rounded to the nearest.
    public convenience init(_ tensor: Tensor) {
        self.init(count: tensor.count)
        let (source, target) = (tensor.pointer, pointer)
        Parallel.for(count, grain: elementwiseGrain) { range in
            kernel_to_bf16(range.count, source + range.lowerBound, target + range.lowerBound)
        }
    }

    public func unfold(into tensor: Tensor) {
        precondition(tensor.count == count, "\(count) values into \(tensor.shape)")
        let (source, target) = (pointer, tensor.pointer)
        Parallel.for(count, grain: elementwiseGrain) { range in
            kernel_from_bf16(range.count, source + range.lowerBound, target + range.lowerBound)
        }
    }

    /// The bits, for checkpoints: two numbers in each float's place, which says nothing as a float.
    var bits: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: storage.pointer, count: (count + 1) / 2)
    }
}
