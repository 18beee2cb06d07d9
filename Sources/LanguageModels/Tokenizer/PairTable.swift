/// Merges by the pair of tokens they join: open addressing over 64-bit keys.
struct PairTable: Sendable {
    struct Merge: Sendable, Equatable {
        /// Place in the list of merges: lower is done first.
        var rank: Int32
        /// The token the pair becomes.
        var token: Int32
    }

    private var keys: [UInt64]
    private var merges: [Merge]
    private let mask: Int
    private static let empty = UInt64.max

    init(capacity: Int) {
        var size = 16
        while size < 2 * capacity { size *= 2 }
        keys = [UInt64](repeating: Self.empty, count: size)
        merges = [Merge](repeating: Merge(rank: 0, token: 0), count: size)
        mask = size - 1
    }

    @inline(__always)
    static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    @inline(__always)
    private func slot(of key: UInt64) -> Int {
        var index = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
        while keys[index] != key, keys[index] != Self.empty { index = (index + 1) & mask }
        return index
    }

    /// A pair that is there already gets the new merge, as in the reference implementation.
    mutating func set(_ left: Int32, _ right: Int32, _ merge: Merge) {
        let key = Self.key(left, right)
        let slot = slot(of: key)
        keys[slot] = key
        merges[slot] = merge
    }

    @inline(__always)
    subscript(left: Int32, right: Int32) -> Merge? {
        let key = Self.key(left, right)
        let slot = slot(of: key)
        return keys[slot] == key ? merges[slot] : nil
    }
}
