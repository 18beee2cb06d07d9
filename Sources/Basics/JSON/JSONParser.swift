/// Reads JSON (RFC 8259) strictly, with bounds on depth, refusing duplicate keys, and with line and column in errors.
/// A byte order mark at the start, which some editors write, is passed over as the standard allows.
public struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    private let maximumDepth: Int
    var position = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    /// - Parameters:
    ///   - bytes: The document, in UTF-8.
    ///   - name: What errors call the document, usually its path.
    ///   - maximumDepth: How many arrays and objects may be inside one another.
    /// - Throws: `.badData` at `name:line:column`.
    public static func parse(
        _ bytes: UnsafeRawBufferPointer, name: String, maximumDepth: Int = 64
    ) throws(Failure) -> JSONValue {
        var parser = JSONParser(bytes.bindMemory(to: UInt8.self), maximumDepth: maximumDepth)
        do throws(Problem) {
            parser.skipByteOrderMark()
            let value = try parser.value(depth: 0)
            parser.skipSpace()
            guard parser.position == parser.bytes.count else { throw Problem("unexpected text after the value") }
            return value
        } catch {
            throw Failure(.badData, "not valid JSON: \(error.message)", at: "\(name):\(parser.place())")
        }
    }

    public static func parse(_ text: String, name: String = "JSON", maximumDepth: Int = 64) throws(Failure) -> JSONValue
    {
        let copy = Array(text.utf8)
        let result: Result<JSONValue, Failure> = copy.withUnsafeBytes { bytes in
            Result { () throws(Failure) in try parse(bytes, name: name, maximumDepth: maximumDepth) }
        }
        return try result.get()
    }

    struct Problem: Error {
        let message: String
        init(_ message: String) { self.message = message }
    }

    /// Line and column (in bytes), counted from 1, of the place reached.
    private func place() -> String {
        var line = 1
        var column = 1
        for byte in bytes.prefix(position) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return "\(line):\(column)"
    }

    private mutating func skipByteOrderMark() {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func value(depth: Int) throws(Problem) -> JSONValue {
        skipSpace()
        guard let first = peek() else { throw Problem("the text ends where a value is due") }
        switch first {
        case UInt8(ascii: "{"):
            guard depth < maximumDepth else { throw Problem("nested deeper than \(maximumDepth) levels") }
            return try .object(object(depth: depth + 1))
        case UInt8(ascii: "["):
            guard depth < maximumDepth else { throw Problem("nested deeper than \(maximumDepth) levels") }
            return try .array(array(depth: depth + 1))
        case UInt8(ascii: "\""): return try .string(string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw Problem("a value cannot start here")
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(Problem) -> JSONValue {
        for offset in 0..<text.utf8CodeUnitCount {
            guard position + offset < bytes.count, bytes[position + offset] == text.utf8Start[offset] else {
                throw Problem("'\(text)' is meant here, it seems")
            }
        }
        position += text.utf8CodeUnitCount
        return value
    }

    private mutating func object(depth: Int) throws(Problem) -> JSONObject {
        var object = JSONObject()
        position += 1
        skipSpace()
        if peek() == UInt8(ascii: "}") {
            position += 1
            return object
        }
        while true {
            skipSpace()
            guard peek() == UInt8(ascii: "\"") else { throw Problem("a key in quotes is due") }
            let start = position
            let key = try string()
            skipSpace()
            guard peek() == UInt8(ascii: ":") else { throw Problem("':' is due after a key") }
            position += 1
            let member = try value(depth: depth)
            guard object.append(key, member) else {
                position = start
                throw Problem("the key \(quoted(key)) occurs twice")
            }
            skipSpace()
            switch peek() {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"):
                position += 1
                return object
            default: throw Problem("',' or '}' is due")
            }
        }
    }

    private mutating func array(depth: Int) throws(Problem) -> [JSONValue] {
        var elements: [JSONValue] = []
        position += 1
        skipSpace()
        if peek() == UInt8(ascii: "]") {
            position += 1
            return elements
        }
        while true {
            elements.append(try value(depth: depth))
            skipSpace()
            switch peek() {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"):
                position += 1
                return elements
            default: throw Problem("',' or ']' is due")
            }
        }
    }

    private mutating func number() throws(Problem) -> JSONValue {
        let start = position
        func digit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }
        if peek() == UInt8(ascii: "-") { position += 1 }
        guard digit(peek()) else { throw Problem("a digit is due") }
        if peek() == UInt8(ascii: "0") {
            position += 1
            if digit(peek()) { throw Problem("a number cannot start with a zero") }
        }
        while digit(peek()) { position += 1 }
        var integral = true
        if peek() == UInt8(ascii: ".") {
            integral = false
            position += 1
            guard digit(peek()) else { throw Problem("a digit is due after the point") }
            while digit(peek()) { position += 1 }
        }
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            integral = false
            position += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
            guard digit(peek()) else { throw Problem("a digit is due in the exponent") }
            while digit(peek()) { position += 1 }
        }
        guard position - start <= 4096 else { throw Problem("a number of more than 4096 characters") }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if integral, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw Problem("the number \(text) is out of range") }
        return .number(value)
    }
}
