/// Memory for the tensors of one step. Allocation moves a pointer; `reset()` recycles everything at once.
///
/// The arena grows by blocks and keeps them, so from the second step on nothing is asked of the operating system.
/// `recycle` gives a single tensor's room back before that: the next tensor of the same padded size takes it.
/// An arena is used by one thread at a time (operations divide their work inside).
public final class Arena: @unchecked Sendable {
    private var blocks: [Storage] = []
    private var block = 0
    private var offset = 0
    /// Room given back by `recycle`, by padded size.
    private var free: [Int: [(pointer: UnsafeMutablePointer<Float>, storage: Storage)]] = [:]
    private var used = 0

    /// Bytes in use now, and the most that were in use at once since the arena was made.
    public var bytesInUse: Int { used * MemoryLayout<Float>.stride }
    public private(set) var highWaterMark = 0

    /// Bytes that were in use at least once since the arena was made: what it keeps of the machine.
    public var bytesTouched: Int { extents.reduce(0, +) * MemoryLayout<Float>.stride }
    private var extents: [Int] = []

    /// Where every tensor of a rehearsal lies: as large as the largest of them.
    private var stage: Storage?
    private let isRehearsing: Bool

    /// - Parameter bytes: room for so much in one piece from the start, of which only what is used takes memory.
    public init(reserving bytes: Int = 0) {
        isRehearsing = false
        guard bytes > 0 else { return }
        blocks.append(Storage(capacity: bytes / MemoryLayout<Float>.stride))
        extents.append(0)
    }

    /// An arena for `Parallel.rehearse`: it keeps account as one block without end, and all its tensors lie in the same
    /// place.
    public init(rehearsing: Void) {
        isRehearsing = true
        extents.append(0)
    }

    /// An uninitialised tensor, 64-byte aligned.
    public func tensor(_ shape: Shape) -> Tensor {
        let size = Storage.padded(max(shape.count, 1))
        used += size
        if bytesInUse > highWaterMark { highWaterMark = bytesInUse }
        if let room = free[size]?.popLast() {
            return Tensor(shape: shape, pointer: room.pointer, owner: room.storage)
        }
        if isRehearsing {
            offset += size
            extents[0] = max(extents[0], offset)
            // Tensors made before keep the memory that they have, so the place grows in few, large steps.
            let place =
                stage.flatMap { $0.capacity >= size ? $0 : nil }
                ?? Storage(capacity: max(size, 2 * (stage?.capacity ?? 0)))
            stage = place
            return Tensor(shape: shape, pointer: place.pointer, owner: place)
        }
        while block < blocks.count, offset + size > blocks[block].capacity {
            block += 1
            offset = 0
        }
        if block == blocks.count {
            // A new block has a quarter of what there is, at least 16 MiB, so that few blocks are ever needed.
            let held = blocks.reduce(0) { $0 + $1.capacity }
            blocks.append(Storage(capacity: max(size, held / 4, 4 << 20)))
            extents.append(0)
            offset = 0
        }
        let storage = blocks[block]
        let pointer = storage.pointer + offset
        offset += size
        extents[block] = max(extents[block], offset)
        return Tensor(shape: shape, pointer: pointer, owner: storage)
    }

    public func tensor(_ dimensions: Int...) -> Tensor { tensor(Shape(dimensions)) }

    public func zeros(_ shape: Shape) -> Tensor {
        let result = tensor(shape)
        result.fill(0)
        return result
    }

    public func zeros(_ dimensions: Int...) -> Tensor { zeros(Shape(dimensions)) }

    /// A copy of `values` in the arena.
    public func tensor(_ values: [Float], shape: Shape) -> Tensor {
        let result = tensor(shape)
        result.copy(from: values)
        return result
    }

    /// Gives one tensor's room back. The tensor, and every view of it, must not be used again.
    public func recycle(_ tensor: Tensor) {
        guard let storage = tensor.owner as? Storage else { preconditionFailure("not a tensor of an arena") }
        let size = Storage.padded(max(tensor.count, 1))
        used -= size
        free[size, default: []].append((tensor.pointer, storage))
    }

    /// Recycles every tensor of the arena.
    public func reset() {
        block = 0
        offset = 0
        used = 0
        free.removeAll(keepingCapacity: true)
    }
}
