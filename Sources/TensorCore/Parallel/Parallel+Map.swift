extension Parallel {
    /// `map` with one element at a time to whoever is free: results in order, the first error thrown.
    public static func map<Element: Sendable, Result: Sendable>(
        _ elements: [Element], _ body: (Element) throws -> Result
    ) throws -> [Result] {
        let slots = UnsafeMutableBufferPointer<Swift.Result<Result, any Error>?>.allocate(capacity: elements.count)
        slots.initialize(repeating: nil)
        defer {
            slots.deinitialize()
            slots.deallocate()
        }
        each(elements.count) { index in
            // Every element has a slot of its own, and slots are read only after all of them are filled.
            slots[index] = Swift.Result { try body(elements[index]) }
        }
        return try slots.map { slot in
            guard let slot else { preconditionFailure("an element was not mapped") }
            return try slot.get()
        }
    }
}
