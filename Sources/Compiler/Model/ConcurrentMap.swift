import Dispatch

/// `map` over the machine's processors, `grain` elements to a piece of work: results in order, the first error thrown.
///
/// The compiler does not depend on TensorCore, so that it cannot use the pool of threads there.
func concurrentMap<Element: Sendable, Result: Sendable>(
    _ elements: [Element], grain: Int, _ body: @Sendable (Element) throws -> Result
) throws -> [Result] {
    let pieces = (elements.count + grain - 1) / grain
    let slots = UnsafeMutableBufferPointer<Swift.Result<[Result], any Error>?>.allocate(capacity: pieces)
    slots.initialize(repeating: nil)
    defer {
        slots.deinitialize()
        slots.deallocate()
    }
    nonisolated(unsafe) let results = slots
    DispatchQueue.concurrentPerform(iterations: pieces) { piece in
        // Every piece writes its own slot, and slots are read only after all pieces are done.
        let range = (piece * grain)..<min((piece + 1) * grain, elements.count)
        results[piece] = Swift.Result { try elements[range].map(body) }
    }
    return try slots.flatMap { slot in
        guard let slot else { preconditionFailure("a piece was not mapped") }
        return try slot.get()
    }
}
