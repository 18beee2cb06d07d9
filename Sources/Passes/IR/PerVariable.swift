/// Something for every variable of a program, by the variables' numbers.
///
/// Its members are inlined in other modules: to copy a whole variable for the sake of one of its fields takes much
/// longer than to look at the field.
@usableFromInline package struct PerVariable<Element>: RandomAccessCollection, MutableCollection {
    @usableFromInline var elements: [Element]

    @inlinable package init(_ elements: some Sequence<Element>) { self.elements = Array(elements) }

    @inlinable package init(repeating element: Element, count: Int) {
        elements = [Element](repeating: element, count: count)
    }

    @inlinable package subscript(variable: VariableNumber) -> Element {
        get { elements[variable.index] }
        _modify { yield &elements[variable.index] }
    }

    @inlinable package var startIndex: VariableNumber { VariableNumber(0) }
    @inlinable package var endIndex: VariableNumber { VariableNumber(elements.count) }

    /// - Returns: the number of the variable that it belongs to.
    @discardableResult
    @inlinable package mutating func append(_ element: Element) -> VariableNumber {
        elements.append(element)
        return VariableNumber(elements.count - 1)
    }
}

extension PerVariable: Sendable where Element: Sendable {}

extension PerVariable: ExpressibleByArrayLiteral {
    @inlinable package init(arrayLiteral elements: Element...) { self.elements = elements }
}
