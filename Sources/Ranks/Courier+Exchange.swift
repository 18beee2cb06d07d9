/// What ranks tell each other in small messages, and memory that all get.
extension Courier {
    /// A message's head: the number of bytes, and those that fit.
    private static let head = 256

    /// Every rank's bytes, in the order of the ranks. A message of up to 248 bytes takes one way.
    func exchange(_ bytes: [UInt8]) throws -> [[UInt8]] {
        let (rank, size) = (link.rank, link.size)
        let room = scratch.room(0, bytes: Self.head * (size + 1))
        let heads = (0...size).map {
            UnsafeMutableRawBufferPointer(rebasing: room[($0 * Self.head)..<(($0 + 1) * Self.head)])
        }
        let own = heads[size]
        own.initializeMemory(as: UInt8.self, repeating: 0)
        own.storeBytes(of: UInt64(bytes.count), as: UInt64.self)
        UnsafeMutableRawBufferPointer(rebasing: own[8...]).copyBytes(from: bytes.prefix(Self.head - 8))
        var requests: [Int] = []
        for other in others {
            requests.append(try link.receive(into: heads[other], from: other, tag: .data))
        }
        for other in others { requests.append(try link.send(UnsafeRawBufferPointer(own), to: other, tag: .data)) }
        try complete(requests)

        // What did not fit follows.
        let counts = (0..<size).map { $0 == rank ? bytes.count : Int(heads[$0].load(as: UInt64.self)) }
        let rests = counts.map { max(0, $0 - (Self.head - 8)) }
        let starts = rests.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
        let tail = scratch.room(1, bytes: starts[size] + rests[rank])
        let outgoing = UnsafeMutableRawBufferPointer(rebasing: tail[starts[size]...])
        outgoing.copyBytes(from: bytes.dropFirst(Self.head - 8))
        requests = []
        for other in others where rests[other] > 0 {
            let place = UnsafeMutableRawBufferPointer(rebasing: tail[starts[other]..<starts[other + 1]])
            requests.append(try link.receive(into: place, from: other, tag: .data))
        }
        for other in others where rests[rank] > 0 {
            requests.append(try link.send(UnsafeRawBufferPointer(outgoing), to: other, tag: .data))
        }
        try complete(requests)
        return (0..<size).map { other in
            if other == rank { return bytes }
            let head = heads[other][8..<(8 + counts[other] - rests[other])]
            return Array(head) + Array(tail[starts[other]..<starts[other + 1]])
        }
    }

    /// All ranks but this one, beginning with the next: no rank gets everybody's first message.
    var others: [Int] { (1..<max(link.size, 1)).map { (link.rank + $0) % link.size } }

    /// Bytes that are under way at a time.
    private static let piece = 16 << 20

    /// The first rank's bytes, for all: each of the others gets a part from the first and passes it on, so that no rank
    /// sends much more than all of it once.
    func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws {
        var start = 0
        while start < bytes.count {
            let end = min(start + Self.piece, bytes.count)
            let piece = UnsafeMutableRawBufferPointer(rebasing: bytes[start..<end])
            let shares = (0..<link.size).map { share(of: $0, piece) }
            if link.rank == 0 {
                try complete(
                    others.filter { shares[$0].count > 0 }.map {
                        try link.send(UnsafeRawBufferPointer(shares[$0]), to: $0, tag: .data)
                    })
            } else if shares[link.rank].count > 0 {
                try complete([try link.receive(into: shares[link.rank], from: 0, tag: .data)])
            }
            try gather(piece)
            start = end
        }
    }

    /// A rank's part of a piece.
    private func share(of rank: Int, _ piece: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(
            rebasing: piece[Communicator.share(of: rank, among: link.size, count: piece.count)])
    }

    /// Every rank's own share of a piece, for all.
    private func gather(_ piece: UnsafeMutableRawBufferPointer) throws {
        let own = share(of: link.rank, piece)
        var requests: [Int] = []
        for other in others where share(of: other, piece).count > 0 {
            requests.append(try link.receive(into: share(of: other, piece), from: other, tag: .data))
        }
        for other in others where own.count > 0 {
            requests.append(try link.send(UnsafeRawBufferPointer(own), to: other, tag: .data))
        }
        try complete(requests)
    }
}
