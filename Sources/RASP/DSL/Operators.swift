/// Elementwise operators of the language, shared by the evaluator of program text and the Swift DSL.
extension ElementwiseFunction {
    public static let add = binary("+", Arithmetic.add)
    public static let subtract = binary("-", Arithmetic.subtract)
    public static let multiply = binary("*", Arithmetic.multiply)
    public static let divide = binary("/", Arithmetic.divide)
    public static let modulo = binary("%", Arithmetic.modulo)
    public static let power = binary("^", Arithmetic.power)
    public static let and = binary("and") { .bool($0.isTruthy && $1.isTruthy) }
    public static let or = binary("or") { .bool($0.isTruthy || $1.isTruthy) }
    public static let not = unary("not") { .bool(!$0.isTruthy) }
    public static let negate = unary("-", Arithmetic.negate)
    public static let plus = unary("+", Arithmetic.plus)
    public static let round = unary("round", Arithmetic.round)
    /// A whole number as it is.
    static let whole = unary("whole") { atom in
        guard case .float(let value) = atom, value != value.rounded() else { return atom }
        throw ValueError("prefix_sum adds whole numbers, not \(atom.described)", code: .value)
    }
    public static let indicator = unary("indicator") { .int($0.isTruthy ? 1 : 0) }
    /// Rounds the quotient down to a whole number.
    public static let floorDivide = binary("//", Arithmetic.floorDivide)
    /// Takes a condition, the value where it is true, and the value where it is false. The other one may be undefined.
    public static let choose = ElementwiseFunction.ofUndefinedToo("if") { operands in
        operands[0].flatMap { $0.isTruthy ? operands[1] : operands[2] }
    }
    /// Whether there is a value.
    public static let defined = ElementwiseFunction.ofUndefinedToo("defined") { .bool($0[0] != nil) }
    /// No value, wherever it stands: a function of nothing.
    public static let undefined = ElementwiseFunction("None") { _ in nil }

    public static func compare(_ comparison: Comparison) -> ElementwiseFunction {
        binary(comparison.rawValue) { .bool(try comparison.holds($0, $1)) }
    }

    static func unary(_ name: String, _ function: @escaping @Sendable (Atom) throws -> Atom) -> ElementwiseFunction {
        ElementwiseFunction(name) { try function($0[0]) }
    }

    static func binary(
        _ name: String, _ function: @escaping @Sendable (Atom, Atom) throws -> Atom
    ) -> ElementwiseFunction {
        ElementwiseFunction(name) { try function($0[0], $0[1]) }
    }

    /// The function with one operand fixed, so that a constant which is the same everywhere costs no node.
    func fixing(left: Atom) -> ElementwiseFunction {
        let apply = apply
        return ElementwiseFunction("\(left.described) \(name)") { try apply([left, $0[0]]) }
    }

    func fixing(right: Atom) -> ElementwiseFunction {
        let apply = apply
        return ElementwiseFunction("\(name) \(right.described)") { try apply([$0[0], right]) }
    }
}

/// What may stand beside an s-op in an expression: another s-op, or an atom that is the same everywhere.
public protocol SOpOperand { var asSOp: SOp { get } }
extension SOp: SOpOperand { public var asSOp: SOp { self } }
extension Atom: SOpOperand { public var asSOp: SOp { constant(self) } }
extension Int: SOpOperand { public var asSOp: SOp { constant(.int(self)) } }
extension Double: SOpOperand { public var asSOp: SOp { constant(.float(self)) } }
extension String: SOpOperand { public var asSOp: SOp { constant(.string(self)) } }
extension Bool: SOpOperand { public var asSOp: SOp { constant(.bool(self)) } }

infix operator .^ : MultiplicationPrecedence

extension SOp {
    static func apply(_ function: ElementwiseFunction, _ a: any SOpOperand, _ b: any SOpOperand) -> SOp {
        SOp(.elementwise(function, [a.asSOp, b.asSOp]))
    }

    public static func + (a: SOp, b: some SOpOperand) -> SOp { apply(.add, a, b) }
    public static func - (a: SOp, b: some SOpOperand) -> SOp { apply(.subtract, a, b) }
    public static func * (a: SOp, b: some SOpOperand) -> SOp { apply(.multiply, a, b) }
    public static func / (a: SOp, b: some SOpOperand) -> SOp { apply(.divide, a, b) }
    public static func % (a: SOp, b: some SOpOperand) -> SOp { apply(.modulo, a, b) }
    public static func .^ (a: SOp, b: some SOpOperand) -> SOp { apply(.power, a, b) }
    public static func + (a: Int, b: SOp) -> SOp { apply(.add, a, b) }
    public static func - (a: Int, b: SOp) -> SOp { apply(.subtract, a, b) }
    public static func * (a: Int, b: SOp) -> SOp { apply(.multiply, a, b) }
    public static func / (a: Int, b: SOp) -> SOp { apply(.divide, a, b) }
    public static func / (a: Double, b: SOp) -> SOp { apply(.divide, a, b) }
    public static prefix func - (a: SOp) -> SOp { SOp(.elementwise(.negate, [a])) }

    // Elementwise comparisons carry a dot: `==` between s-ops is identity, as everywhere in Swift.
    public static func .== (a: SOp, b: some SOpOperand) -> SOp { apply(.compare(.equal), a, b) }
    public static func .!= (a: SOp, b: some SOpOperand) -> SOp { apply(.compare(.notEqual), a, b) }
    public static func .< (a: SOp, b: some SOpOperand) -> SOp { apply(.compare(.less), a, b) }
    public static func .<= (a: SOp, b: some SOpOperand) -> SOp { apply(.compare(.lessOrEqual), a, b) }
    public static func .> (a: SOp, b: some SOpOperand) -> SOp { apply(.compare(.greater), a, b) }
    public static func .>= (a: SOp, b: some SOpOperand) -> SOp { apply(.compare(.greaterOrEqual), a, b) }
    public static func && (a: SOp, b: some SOpOperand) -> SOp { apply(.and, a, b) }
    public static func || (a: SOp, b: some SOpOperand) -> SOp { apply(.or, a, b) }
    public static prefix func ! (a: SOp) -> SOp { SOp(.elementwise(.not, [a])) }
}

extension Selector {
    public static func && (a: Selector, b: Selector) -> Selector { Selector(.and(a, b)) }
    public static func || (a: Selector, b: Selector) -> Selector { Selector(.or(a, b)) }
    public static prefix func ! (a: Selector) -> Selector { Selector(.not(a)) }
}

/// Whether there is a value, position by position.
public func defined(_ values: SOp) -> SOp { SOp(.elementwise(.defined, [values])) }
/// No value at any position: what a conditional gives for positions that are to have none.
public func undefined() -> SOp { SOp(.elementwise(.undefined, [])) }
/// The quotient, rounded down to a whole number.
public func floorDivide(_ a: SOp, _ b: some SOpOperand) -> SOp { SOp.apply(.floorDivide, a, b) }
/// 1 where the s-op is truthy, else 0.
public func indicator(_ values: SOp) -> SOp { SOp(.elementwise(.indicator, [values])) }
/// The nearest integer; of two that are equally near, the even one.
public func round(_ values: SOp) -> SOp { SOp(.elementwise(.round, [values])) }
/// `value if condition else otherwise`, position by position.
public func choose(_ condition: SOp, _ value: some SOpOperand, else otherwise: some SOpOperand) -> SOp {
    SOp(.elementwise(.choose, [condition, value.asSOp, otherwise.asSOp]))
}
