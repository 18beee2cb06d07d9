import Foundation

/// Writes a safetensors file in one pass and atomically; tensors are not copied before.
public struct SafeTensorsWriter {
    private enum Source {
        case array([Float])
        case buffer(UnsafeBufferPointer<Float>)
        case data(Data)
    }

    private struct Item {
        let name: String
        let shape: [Int]
        let type: ElementType
        let source: Source
    }

    private var items: [Item] = []
    private var names: Set<ExactString> = []

    public init() {}

    /// - Parameters:
    ///   - name: The tensor's, which no other one has.
    ///   - shape: The tensor's; its product is the number of values.
    ///   - floats: The values.
    ///   - type: `.float32`, `.float16` or `.bfloat16`; values are rounded to nearest, ties to even.
    public mutating func add(_ name: String, shape: [Int], floats: [Float], type: ElementType = .float32) {
        append(name, shape, floats.count, type, .array(floats))
    }

    /// The memory is read when the file is written, and must live until then.
    public mutating func add(
        _ name: String, shape: [Int], floats: UnsafeBufferPointer<Float>, type: ElementType = .float32
    ) {
        append(name, shape, floats.count, type, .buffer(floats))
    }

    /// Elements of any type, as little-endian bytes.
    public mutating func add(_ name: String, shape: [Int], type: ElementType, bytes: Data) {
        precondition(bytes.count * 8 % type.bits == 0, "\(name): \(bytes.count) bytes are no whole number of elements")
        append(name, shape, bytes.count * 8 / type.bits, type, .data(bytes))
    }

    private mutating func append(_ name: String, _ shape: [Int], _ count: Int, _ type: ElementType, _ source: Source) {
        precondition(shape.reduce(1, *) == count, "\(name): shape \(shape) does not hold \(count) elements")
        precondition(names.insert(ExactString(name)).inserted && name != "__metadata__", "\(name) is added twice")
        if case .data = source {
        } else {
            precondition(
                type == .float32 || type == .float16 || type == .bfloat16,
                "\(name): floats cannot be written as \(type)")
        }
        items.append(Item(name: name, shape: shape, type: type, source: source))
    }

    /// Writes the tensors in the order they were added.
    public func write(to url: URL, metadata: [String: String] = [:]) throws(Failure) {
        let header = header(metadata)
        try AtomicFile.write(to: url) { (file) throws(Failure) in
            try Self.write(header, to: file)
            for item in items {
                switch item.source {
                case .array(let values):
                    let result: Result<Void, Failure> = values.withUnsafeBufferPointer { buffer in
                        Result { () throws(Failure) in try Self.write(buffer, as: item.type, to: file) }
                    }
                    try result.get()
                case .buffer(let values): try Self.write(values, as: item.type, to: file)
                case .data(let data): try Self.write([UInt8](data), to: file)
                }
            }
        }
    }

    /// Length and JSON, padded with spaces so that the tensors start at a multiple of 64 bytes.
    private func header(_ metadata: [String: String]) -> [UInt8] {
        var members = JSONObject()
        if !metadata.isEmpty {
            let sorted = metadata.sorted { ExactString($0.key) < ExactString($1.key) }
            members["__metadata__"] = .object(JSONObject(sorted.map { ($0.key, .string($0.value)) }))
        }
        var offset = 0
        for item in items {
            let end = offset + item.shape.reduce(item.type.bits, *) / 8
            members[item.name] = [
                "dtype": .string(item.type.rawValue), "shape": .array(item.shape.map { .integer($0) }),
                "data_offsets": [.integer(offset), .integer(end)],
            ]
            offset = end
        }
        var text = [UInt8](JSONValue.object(members).text(indented: false).utf8)
        while (8 + text.count) % 64 != 0 { text.append(UInt8(ascii: " ")) }
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
    }

    private static func write(_ bytes: [UInt8], to file: OutputFile) throws(Failure) {
        let result: Result<Void, Failure> = bytes.withUnsafeBytes { bytes in
            Result { () throws(Failure) in try file.write(bytes) }
        }
        try result.get()
    }

    private static func write(
        _ values: UnsafeBufferPointer<Float>, as type: ElementType, to file: OutputFile
    ) throws(Failure) {
        guard type != .float32 else { return try file.write(UnsafeRawBufferPointer(values)) }
        let block = 1 << 16
        var start = 0
        while start < values.count {
            let end = min(start + block, values.count)
            let converted = values[start..<end].map { value in
                (type == .float16 ? HalfPrecision.half(value) : HalfPrecision.bfloat(value)).littleEndian
            }
            let result: Result<Void, Failure> = converted.withUnsafeBytes { bytes in
                Result { () throws(Failure) in try file.write(bytes) }
            }
            try result.get()
            start = end
        }
    }
}
