import Foundation

/// Bytes that have been read from a file and not yet used: added at the end, taken from the front.
package struct ByteQueue {
    private var storage: [UInt8] = []
    /// What lies before it is used up, and goes when more is added: many short takes cost no copy of the rest each.
    private var start = 0

    package init() {}

    package var count: Int { storage.count - start }
    package var isEmpty: Bool { count == 0 }

    /// The byte at `index`, counted from the front.
    package subscript(index: Int) -> UInt8 { storage[start + index] }

    /// The first place of a byte at or after `first`.
    package func firstIndex(of byte: UInt8, from first: Int) -> Int? {
        storage[(start + first)...].withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, let found = memchr(base, Int32(byte), bytes.count) else { return nil }
            return first + (UnsafeRawPointer(found) - base)
        }
    }

    package mutating func append(_ bytes: Data) {
        storage.removeFirst(start)
        start = 0
        storage.append(contentsOf: bytes)
    }

    /// Removes bytes from the front and returns them.
    package mutating func take(_ count: Int) -> Data {
        defer { start += count }
        return Data(storage[start..<start + count])
    }

    package mutating func removeAll() {
        storage.removeAll(keepingCapacity: true)
        start = 0
    }
}
