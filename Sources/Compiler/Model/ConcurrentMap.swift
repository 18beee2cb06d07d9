import Dispatch

/// `map` over the machine's processors, `grain` elements to a piece of work: results in order, the first error thrown.
///
/// Not TensorCore's pool: the compiler stands without it.
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
        // One slot a piece, and nobody reads before all are done.
        let range = (piece * grain)..<min((piece + 1) * grain, elements.count)
        results[piece] = Swift.Result { try elements[range].map(body) }
    }
    return try slots.flatMap { slot in
        guard let slot else { preconditionFailure("a piece was not mapped") }
        return try slot.get()
    }
}
