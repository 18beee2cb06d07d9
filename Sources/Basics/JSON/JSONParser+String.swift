extension JSONParser {
    /// A string from its opening quotation mark, at which the parser stands, to behind its closing one.
    mutating func string() throws(Problem) -> String {
        position += 1
        let start = position
        while let byte = peek(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        if peek() == UInt8(ascii: "\"") {
            guard let text = String(validating: bytes[start..<position], as: UTF8.self) else {
                throw Problem("the string is not valid UTF-8")
            }
            position += 1
            return text
        }
        var buffer = Array(bytes[start..<position])
        while true {
            guard let byte = peek() else { throw Problem("the text ends within a string") }
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: buffer, as: UTF8.self) else {
                    throw Problem("the string is not valid UTF-8")
                }
                return text
            case UInt8(ascii: "\\"): buffer.append(contentsOf: try escape())
            case 0..<0x20: throw Problem("a control character within a string")
            default: buffer.append(byte)
            }
        }
    }

    private mutating func escape() throws(Problem) -> [UInt8] {
        guard let byte = peek() else { throw Problem("the text ends within a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var code = try fourHexDigits()
            if (0xD800..<0xDC00).contains(code) {
                guard peek() == UInt8(ascii: "\\") else { throw Problem("half of a surrogate pair") }
                position += 1
                guard peek() == UInt8(ascii: "u") else { throw Problem("half of a surrogate pair") }
                position += 1
                let low = try fourHexDigits()
                guard (0xDC00..<0xE000).contains(low) else { throw Problem("half of a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw Problem("half of a surrogate pair") }
            return Array(UTF8.encode(scalar).unsafelyUnwrapped)  // every scalar has an encoding
        default: throw Problem("an unknown escape")
        }
    }

    private mutating func fourHexDigits() throws(Problem) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw Problem("four hexadecimal digits are due")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }
}
