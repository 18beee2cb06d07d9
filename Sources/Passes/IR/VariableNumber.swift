/// The number of a variable: its place among all variables of a program, which comes after those of the variables that
/// it is computed from.
///
/// Not a bare number, since values, classes, axes and positions are counted by numbers as well. But as fast as one in
/// other modules, too, where its members are inlined.
@usableFromInline package struct VariableNumber: Hashable, Strideable, Sendable {
    @usableFromInline package let index: Int

    @inlinable package init(_ index: Int) { self.index = index }

    /// The input token, and where it stands: the first variables of every program.
    package static let (tokens, indices) = (VariableNumber(0), VariableNumber(1))

    @inlinable package static func < (a: VariableNumber, b: VariableNumber) -> Bool { a.index < b.index }

    @inlinable package func distance(to other: VariableNumber) -> Int { other.index - index }
    @inlinable package func advanced(by distance: Int) -> VariableNumber { VariableNumber(index + distance) }
}
