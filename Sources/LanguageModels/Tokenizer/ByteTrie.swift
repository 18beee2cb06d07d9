/// Patterns of bytes, found in one pass: at each place the longest that starts there.
struct ByteTrie: Sendable {
    /// Nodes by the node before them and the byte that leads here. Node 0 is the root.
    private var nodes: [UInt64: Int32] = [:]
    /// The pattern that ends at a node, or -1.
    private var ends: [Int32] = [-1]
    private var starts = [Bool](repeating: false, count: 256)

    var isEmpty: Bool { ends.count == 1 }

    private static func key(_ node: Int32, _ byte: UInt8) -> UInt64 {
        UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)
    }

    /// A pattern that is there already gets the new number; an empty one is never found.
    mutating func insert(_ pattern: some Sequence<UInt8>, _ number: Int32) {
        var node: Int32 = 0
        for byte in pattern {
            if node == 0 { starts[Int(byte)] = true }
            let next = nodes[Self.key(node, byte)] ?? Int32(ends.count)
            if Int(next) == ends.count {
                nodes[Self.key(node, byte)] = next
                ends.append(-1)
            }
            node = next
        }
        if node != 0 { ends[Int(node)] = number }
    }

    /// The leftmost pattern from `start` on, the longest of those that begin at its place.
    func next(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> (number: Int32, range: Range<Int>)? {
        for begin in start..<max(start, bytes.count) where starts[Int(bytes[begin])] {
            var node: Int32 = 0
            var found: (number: Int32, range: Range<Int>)?
            var index = begin
            while index < bytes.count, let next = nodes[Self.key(node, bytes[index])] {
                node = next
                index += 1
                if ends[Int(node)] >= 0 { found = (ends[Int(node)], begin..<index) }
            }
            if let found { return found }
        }
        return nil
    }
}
