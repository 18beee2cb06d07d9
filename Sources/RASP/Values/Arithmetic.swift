import Foundation

/// A failure inside an elementwise function or predicate, before it is known at which position it happened.
public struct ValueError: Error, Sendable, CustomStringConvertible {
    public let reason: String
    public let code: Diagnostic.Code
    let transcript: TranscriptText?

    public init(_ reason: String, code: Diagnostic.Code = .value) {
        self.init(reason, code: code, transcript: nil)
    }

    init(_ reason: String, code: Diagnostic.Code, transcript: TranscriptText?) {
        self.reason = reason
        self.code = code
        self.transcript = transcript
    }

    public var description: String { reason }
}

/// Arithmetic on atoms with Python's rules, except that integers are 64 bits wide and overflow is an error.
public enum Arithmetic {
    /// Longest string an operation may build, in UTF-8 bytes.
    static let longestString = 1 << 20

    public static func add(_ a: Atom, _ b: Atom) throws -> Atom {
        if let x = a.integerValue, let y = b.integerValue {
            return try checked(x.addingReportingOverflow(y), "+", a, b)
        }
        if case .string(let x) = a, case .string(let y) = b {
            try checkLength(x.utf8.count, times: 1, plus: y.utf8.count)
            return .string(x + y)
        }
        let (x, y) = try numbers(a, b, "+")
        return .float(x + y)
    }

    public static func subtract(_ a: Atom, _ b: Atom) throws -> Atom {
        if let x = a.integerValue, let y = b.integerValue {
            return try checked(x.subtractingReportingOverflow(y), "-", a, b)
        }
        let (x, y) = try numbers(a, b, "-")
        return .float(x - y)
    }

    public static func multiply(_ a: Atom, _ b: Atom) throws -> Atom {
        if let x = a.integerValue, let y = b.integerValue {
            return try checked(x.multipliedReportingOverflow(by: y), "*", a, b)
        }
        if case .string(let text) = a, let count = b.integerValue { return .string(try repeated(text, count)) }
        if case .string(let text) = b, let count = a.integerValue { return .string(try repeated(text, count)) }
        let (x, y) = try numbers(a, b, "*")
        return .float(x * y)
    }

    /// True division: a float whatever the operands' kinds.
    public static func divide(_ a: Atom, _ b: Atom) throws -> Atom {
        let (x, y) = try numbers(a, b, "/")
        if y == 0 {
            throw ValueError(
                "division by zero: \(a.described) / \(b.described)", code: .value, transcript: .host("division by zero")
            )
        }
        return .float(x / y)
    }

    /// The quotient rounded down: an integer for integers, else a float.
    public static func floorDivide(_ a: Atom, _ b: Atom) throws -> Atom {
        let (x, y) = try numbers(a, b, "//")
        if y == 0 { throw ValueError("division by zero: \(a.described) // \(b.described)") }
        if let i = a.integerValue, let j = b.integerValue {
            let (quotient, overflow) = i.dividedReportingOverflow(by: j)
            if overflow { throw Self.overflow("//", a, b) }
            return .int(i % j != 0 && (i < 0) != (j < 0) ? quotient - 1 : quotient)
        }
        return .float(flooredDivision(x, y).quotient)
    }

    /// Floored modulo: the result takes the divisor's sign.
    public static func modulo(_ a: Atom, _ b: Atom) throws -> Atom {
        if case .string = a {
            throw ValueError("% is not defined on strings: \(a.described) % \(b.described)", code: .type)
        }
        let (x, y) = try numbers(a, b, "%")
        if y == 0 { throw ValueError("modulo by zero: \(a.described) % \(b.described)") }
        if let i = a.integerValue, let j = b.integerValue {
            if j == -1 { return .int(0) }  // Int.min % -1 traps
            let remainder = i % j
            return .int(remainder != 0 && (remainder < 0) != (j < 0) ? remainder + j : remainder)
        }
        return .float(flooredDivision(x, y).remainder)
    }

    /// Quotient and remainder with the divisor's sign, rounded as Python rounds them: the quotient is what y goes into once
    /// the exact remainder is taken away, so that 1.0 // 0.1 is 9, although 1.0 / 0.1 rounds to 10.
    private static func flooredDivision(_ x: Double, _ y: Double) -> (quotient: Double, remainder: Double) {
        var remainder = fmod(x, y)
        var quotient = (x - remainder) / y
        if remainder == 0 {
            remainder = y < 0 ? -0.0 : 0
        } else if (remainder < 0) != (y < 0) {
            remainder += y
            quotient -= 1
        }
        if quotient == 0 { return (x / y < 0 ? -0.0 : 0, remainder) }
        let floor = quotient.rounded(.down)
        return (quotient - floor > 0.5 ? floor + 1 : floor, remainder)
    }

    /// Power: integer for a non-negative integer exponent, float otherwise.
    public static func power(_ a: Atom, _ b: Atom) throws -> Atom {
        let (x, y) = try numbers(a, b, "^")
        if let base = a.integerValue, let exponent = b.integerValue, exponent >= 0 {
            return .int(try integerPower(base, exponent, a, b))
        }
        if x == 0, y < 0 {
            throw ValueError("zero cannot be raised to a negative power: \(a.described) ^ \(b.described)")
        }
        if x < 0, x.isFinite, y.isFinite, y != y.rounded() {
            throw ValueError("a negative number has no real fractional power: \(a.described) ^ \(b.described)")
        }
        let result = pow(x, y)
        if result.isInfinite, x.isFinite, y.isFinite {
            throw ValueError("overflow: \(a.described) ^ \(b.described) exceeds the range of a float", code: .overflow)
        }
        return .float(result)
    }

    public static func negate(_ a: Atom) throws -> Atom {
        if let x = a.integerValue { return try checked((0).subtractingReportingOverflow(x), "-", .int(0), a) }
        guard case .float(let x) = a else { throw Self.badOperand("-", a) }
        return .float(-x)
    }

    public static func plus(_ a: Atom) throws -> Atom {
        if let x = a.integerValue { return .int(x) }
        guard case .float = a else { throw Self.badOperand("+", a) }
        return a
    }

    private static func badOperand(_ symbol: String, _ a: Atom) -> ValueError {
        ValueError(
            "prefix \(symbol) needs a number, not \(a.described)", code: .type,
            transcript: .host("bad operand type for unary \(symbol): '\(a.hostKind)'"))
    }

    /// Round half to even, to an integer.
    public static func round(_ a: Atom) throws -> Atom {
        if let x = a.integerValue { return .int(x) }
        guard case .float(let x) = a else {
            throw ValueError(
                "round needs a number, not \(a.described)", code: .type,
                transcript: .host("type \(a.hostKind) doesn't define __round__ method"))
        }
        guard let integer = Int(exactly: x.rounded(.toNearestOrEven)) else {
            throw ValueError("\(a.described) cannot be rounded to a 64-bit integer", code: .overflow)
        }
        return .int(integer)
    }

    private static func checked(
        _ result: (partialValue: Int, overflow: Bool), _ symbol: String, _ a: Atom, _ b: Atom
    ) throws -> Atom {
        if result.overflow { throw overflow(symbol, a, b) }
        return .int(result.partialValue)
    }

    private static func overflow(_ symbol: String, _ a: Atom, _ b: Atom) -> ValueError {
        ValueError("integer overflow: \(a.described) \(symbol) \(b.described) does not fit in 64 bits", code: .overflow)
    }

    private static func integerPower(_ base: Int, _ exponent: Int, _ a: Atom, _ b: Atom) throws -> Int {
        var result = 1
        var square = base
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 {
                let (product, overflowed) = result.multipliedReportingOverflow(by: square)
                if overflowed { throw overflow("^", a, b) }
                result = product
            }
            rest >>= 1
            if rest > 0 {
                let (product, overflowed) = square.multipliedReportingOverflow(by: square)
                if overflowed { throw overflow("^", a, b) }
                square = product
            }
        }
        return result
    }

    private static func numbers(_ a: Atom, _ b: Atom, _ symbol: String) throws -> (Double, Double) {
        guard let x = a.doubleValue, let y = b.doubleValue else {
            throw ValueError(
                "\(symbol) is not defined between \(a.kindName) \(a.described) and \(b.kindName) \(b.described)",
                code: .type,
                transcript: .host(
                    "unsupported operand type(s) for \(symbol == "^" ? "** or pow()" : symbol): '\(a.hostKind)' and '\(b.hostKind)'"
                ))
        }
        return (x, y)
    }

    private static func repeated(_ text: String, _ count: Int) throws -> String {
        if count <= 0 || text.isEmpty { return "" }
        try checkLength(text.utf8.count, times: count, plus: 0)
        return String(repeating: text, count: count)
    }

    private static func checkLength(_ length: Int, times: Int, plus: Int) throws {
        let (product, overflow) = length.multipliedReportingOverflow(by: times)
        if overflow || product > longestString - plus {
            throw ValueError("the string would be longer than \(longestString) bytes", code: .limit)
        }
    }
}
