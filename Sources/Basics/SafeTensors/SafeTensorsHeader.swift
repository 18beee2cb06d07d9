/// Where a tensor lies in its file, and what it is.
public struct TensorEntry: Sendable, Equatable {
    public let type: ElementType
    /// Sizes, outermost first; empty for a scalar.
    public let shape: [Int]
    /// Bytes of the file, counted from its start.
    let byteRange: Range<Int>

    /// Number of elements.
    public var count: Int { byteRange.count * 8 / type.bits }
}

/// The header of a safetensors file, with every rule of the format checked.
///
/// Layout: 8 bytes of header length (little-endian), the header (JSON), then the tensors' bytes without gaps.
struct SafeTensorsHeader {
    /// The limit of the reference implementation.
    static let maximumLength = 100_000_000

    /// Names in the order of their bytes.
    var names: [String] = []
    var entries: [ExactString: TensorEntry] = [:]
    var metadata: [ExactString: String] = [:]

    /// Nothing is allocated by a number from the file before that number is checked against the file's size.
    init(_ file: UnsafeRawBufferPointer, name: String) throws(Failure) {
        func broken(_ reason: String) -> Failure {
            Failure(.badData, "not a valid safetensors file: \(reason)", at: name)
        }
        guard file.count >= 8 else { throw broken("it has \(file.count) bytes, and the header length alone takes 8") }
        let announced = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard announced <= UInt64(Self.maximumLength) else {
            throw broken("its header length is \(announced), above the limit of \(Self.maximumLength)")
        }
        let length = Int(announced)
        guard length <= file.count - 8 else {
            throw broken("its header of \(length) bytes does not fit into the file's \(file.count): is it cut short?")
        }
        let text = UnsafeRawBufferPointer(rebasing: file[8..<8 + length])
        guard text.first == UInt8(ascii: "{") else { throw broken("its header does not start with '{'") }
        guard let header = try JSONParser.parse(text, name: name + " (header)", maximumDepth: 8).object else {
            throw broken("its header is not an object")
        }
        let dataStart = 8 + length
        let dataLength = file.count - dataStart
        for (key, value) in header.members {
            if key == "__metadata__" {
                try readMetadata(value, broken)
            } else {
                entries[ExactString(key)] = try Self.entry(value, dataStart: dataStart, dataLength: dataLength) {
                    reason in
                    broken("tensor \(quoted(key)): \(reason)")
                }
                names.append(key)
            }
        }
        try checkCoverage(dataStart: dataStart, end: file.count, broken)
    }

    private mutating func readMetadata(_ value: JSONValue, _ broken: (String) -> Failure) throws(Failure) {
        // The reference implementation reads null as no metadata.
        guard value != .null else { return }
        guard let object = value.object else { throw broken("__metadata__ is \(value.kind), not an object") }
        for (key, value) in object.members {
            guard let text = value.string else {
                throw broken("__metadata__ maps \(quoted(key)) to \(value.kind), not to a string")
            }
            metadata[ExactString(key)] = text
        }
    }

    private static func entry(
        _ value: JSONValue, dataStart: Int, dataLength: Int, _ broken: (String) -> Failure
    ) throws(Failure) -> TensorEntry {
        guard let object = value.object else { throw broken("its description is \(value.kind), not an object") }
        guard let typeName = object["dtype"]?.string else { throw broken("it has no dtype") }
        guard let type = ElementType(rawValue: typeName) else {
            throw broken("its dtype \(quoted(typeName)) is unknown")
        }
        guard let sizes = object["shape"]?.array else { throw broken("it has no shape") }
        var shape: [Int] = []
        var bits = type.bits
        for size in sizes {
            guard case .integer(let size) = size, size >= 0 else {
                throw broken("its shape holds something other than sizes")
            }
            let (product, overflow) = bits.multipliedReportingOverflow(by: size)
            guard !overflow else { throw broken("its shape overflows") }
            bits = product
            shape.append(size)
        }
        guard bits % 8 == 0 else { throw broken("its shape takes \(bits) bits, which are no whole number of bytes") }
        let bytes = bits / 8
        guard let offsets = object["data_offsets"]?.array, offsets.count == 2, case .integer(let begin) = offsets[0],
            case .integer(let end) = offsets[1]
        else { throw broken("its data_offsets are not two integers") }
        guard 0 <= begin, begin <= end, end <= dataLength else {
            throw broken(
                "its bytes \(begin)..<\(end) do not lie within the file's \(dataLength) bytes of data: is the file cut short?"
            )
        }
        guard end - begin == bytes else {
            throw broken("its shape takes \(bytes) bytes, its data_offsets hold \(end - begin)")
        }
        return TensorEntry(type: type, shape: shape, byteRange: dataStart + begin..<dataStart + end)
    }

    /// No holes, no overlaps, and not a byte more than the tensors have.
    private mutating func checkCoverage(
        dataStart: Int, end: Int, _ broken: (String) -> Failure
    ) throws(Failure) {
        var ranges: [(name: String, range: Range<Int>)] = []
        ranges.reserveCapacity(names.count)
        for name in names { if let entry = entries[ExactString(name)] { ranges.append((name, entry.byteRange)) } }
        ranges.sort {
            ($0.range.lowerBound, $0.range.upperBound, ExactString($0.name))
                < ($1.range.lowerBound, $1.range.upperBound, ExactString($1.name))
        }
        var reached = dataStart
        for (name, range) in ranges {
            guard range.lowerBound == reached else {
                throw broken(
                    range.lowerBound > reached
                        ? "\(range.lowerBound - reached) bytes before tensor \(quoted(name)) belong to none"
                        : "tensor \(quoted(name)) overlaps the one before it")
            }
            reached = range.upperBound
        }
        guard reached == end else { throw broken("its last \(end - reached) bytes belong to no tensor") }
        names = ranges.map(\.name)
    }
}
