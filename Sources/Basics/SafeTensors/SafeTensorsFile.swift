import Foundation

/// A safetensors file, mapped into memory; its header is checked in full when it is opened.
public struct SafeTensorsFile: Sendable {
    public let url: URL
    /// The `__metadata__` of the header; empty when there is none.
    public let metadata: [ExactString: String]
    public let entries: [ExactString: TensorEntry]
    /// The tensors' names in the order of their bytes.
    public let names: [String]
    private let file: MappedFile

    /// Keeps the memory that `mappedFloats` hands out alive.
    public var mapping: AnyObject { file }

    /// - Throws: `.notFound`, or `.badData` naming the rule that is broken.
    public init(contentsOf url: URL) throws(Failure) {
        let file = try MappedFile(contentsOf: url)
        let header = try SafeTensorsHeader(file.bytes, name: url.path)
        self.url = url
        self.file = file
        metadata = header.metadata
        entries = header.entries
        names = header.names
    }

    public func entry(_ name: String) throws(Failure) -> TensorEntry {
        guard let entry = entries[ExactString(name)] else {
            throw Failure(.badData, "the file has no tensor \(quoted(name))", at: url.path)
        }
        return entry
    }

    /// Hands out a tensor's bytes as they lie in the file.
    public func withBytes<Result>(
        _ name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        let entry = try entry(name)
        return try withExtendedLifetime(file) {
            try body(UnsafeRawBufferPointer(rebasing: file.bytes[entry.byteRange]))
        }
    }

    /// Copies a tensor into memory as fp32, converting from fp16, bf16 and fp64.
    ///
    /// - Parameters:
    ///   - name: The tensor's.
    ///   - destination: As many elements as the tensor has (a precondition).
    /// - Throws: `.badData` when the tensor is not there or of another type.
    public func readFloats(_ name: String, into destination: UnsafeMutableBufferPointer<Float>) throws(Failure) {
        let entry = try entry(name)
        precondition(destination.count == entry.count, "\(name) has \(entry.count) elements, not \(destination.count)")
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[entry.byteRange])
        switch entry.type {
        case .float32: UnsafeMutableRawBufferPointer(destination).copyMemory(from: bytes)
        case .float16:
            convert(bytes, into: destination) { (bits: UInt16) in HalfPrecision.float(half: UInt16(littleEndian: bits))
            }
        case .bfloat16:
            convert(bytes, into: destination) { (bits: UInt16) in
                HalfPrecision.float(bfloat: UInt16(littleEndian: bits))
            }
        case .float64: convert(bytes, into: destination) { (value: Double) in Float(value) }
        default:
            throw Failure(
                .badData, "tensor \(quoted(name)) holds \(entry.type.rawValue), and F32, F16, BF16 or F64 is due",
                at: url.path)
        }
        withExtendedLifetime(file) {}
    }

    @inline(__always)
    private func convert<Source: BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer, into destination: UnsafeMutableBufferPointer<Float>, _ value: (Source) -> Float
    ) {
        // The bytes of a file need not be aligned.
        for index in 0..<destination.count {
            destination[index] = value(
                bytes.loadUnaligned(fromByteOffset: index &* MemoryLayout<Source>.stride, as: Source.self))
        }
    }

    /// A tensor as fp32.
    public func floats(_ name: String) throws(Failure) -> [Float] {
        let count = try entry(name).count
        // The shared storage of empty arrays would be written to, a race that the thread sanitizer reports.
        guard count > 0 else { return [] }
        var failure: Failure?
        let result = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            do throws(Failure) {
                try readFloats(name, into: UnsafeMutableBufferPointer(rebasing: buffer.prefix(count)))
                initialized = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return result
    }

    /// The tensor's own memory in the file, where it is fp32 and aligned: nothing is copied. Valid as long as `mapping`
    /// or any copy of this value lives. Writing to it is a fault.
    public func mappedFloats(_ name: String) -> UnsafeBufferPointer<Float>? {
        guard let entry = entries[ExactString(name)], entry.type == .float32, entry.count > 0 else { return nil }
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[entry.byteRange])
        guard let start = bytes.baseAddress, Int(bitPattern: start) % MemoryLayout<Float>.alignment == 0 else {
            return nil
        }
        return bytes.bindMemory(to: Float.self)
    }
}
