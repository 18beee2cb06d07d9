import CKernels

/// Sums over the ranks. A piece of numbers is cut into one share a rank; each rank gets all others' numbers of its own
/// share, sums them in the order of the ranks, and sends the sum to all. Every rank sends and receives 2 (N - 1) / N of a
/// piece, the least there is (Patarasu & Yuan 2009), and the order of summation is that of the ranks for every number,
/// which a ring does not have.
extension Courier {
    typealias Floats = UnsafeMutableBufferPointer<Float>

    private func share(_ piece: Floats, of rank: Int) -> Floats {
        Floats(rebasing: piece[Communicator.share(of: rank, among: link.size, count: piece.count)])
    }

    /// Leaves the sum over the ranks in this rank's own share of a piece (reduce-scatter).
    ///
    /// - Parameter residual: where numbers are sent in bf16, what earlier roundings left out, for each number of the
    ///   piece; nil: they are sent as they are.
    func scatterSum(_ piece: Floats, residual: Floats?) throws {
        let (rank, size) = (link.rank, link.size)
        let own = share(piece, of: rank)
        let room = scratch.room(0, bytes: size * own.count * 4).bindMemory(to: Float.self)
        func place(_ other: Int) -> Floats { Floats(rebasing: room[(other * own.count)..<((other + 1) * own.count)]) }
        let halved = residual.map { _ in Halved(courier: self, piece: piece, size: size, own: own.count) }
        var requests: [Int] = []
        for other in others where own.count > 0 {
            let bytes = halved?.incoming(other) ?? UnsafeMutableRawBufferPointer(place(other))
            requests.append(try link.receive(into: bytes, from: other, tag: .data))
        }
        for other in others where share(piece, of: other).count > 0 {
            let mine = share(piece, of: other)
            var bytes = UnsafeRawBufferPointer(mine)
            if let halved, let residual {
                bytes = halved.round(mine, residual: share(residual, of: other), to: other)
            }
            requests.append(try link.send(bytes, to: other, tag: .data))
        }
        try complete(requests)
        guard own.count > 0, let target = own.baseAddress else { return }
        // From the first rank on, this one in its place.
        let sum = place(rank)
        guard let total = sum.baseAddress else { return }
        for other in 0..<size {
            if other != rank { halved?.widen(other, into: place(other)) }
            guard let numbers = other == rank ? target : place(other).baseAddress else { continue }
            if other == 0 {
                total.update(from: numbers, count: own.count)
            } else {
                kernel_add(own.count, total, numbers, total)
            }
        }
        target.update(from: total, count: own.count)
    }

    /// Every rank's own share of a piece, for all (all-gather).
    ///
    /// - Parameter residual: as for the sum; the rank itself goes on with the rounded numbers as well.
    func gather(_ piece: Floats, residual: Floats?) throws {
        let (rank, size) = (link.rank, link.size)
        let own = share(piece, of: rank)
        var bytes = UnsafeRawBufferPointer(own)
        let halved = residual.map { _ in Halved(courier: self, piece: piece, size: size, own: own.count) }
        if let halved, let residual, own.count > 0 {
            bytes = halved.round(own, residual: share(residual, of: rank), to: rank)
            halved.widen(bytes, into: own)
        }
        var requests: [Int] = []
        for other in others where share(piece, of: other).count > 0 {
            let place = share(piece, of: other)
            let target = halved?.outgoing(other) ?? UnsafeMutableRawBufferPointer(place)
            requests.append(try link.receive(into: target, from: other, tag: .data))
        }
        for other in others where own.count > 0 { requests.append(try link.send(bytes, to: other, tag: .data)) }
        try complete(requests)
        guard let halved else { return }
        for other in others where share(piece, of: other).count > 0 {
            halved.widen(UnsafeRawBufferPointer(halved.outgoing(other)), into: share(piece, of: other))
        }
    }

    /// Every rank's own share of a piece, in the first rank's memory.
    func collect(_ piece: UnsafeMutableRawBufferPointer, count: Int, elementSize: Int) throws {
        func share(_ rank: Int) -> UnsafeMutableRawBufferPointer {
            let range = Communicator.share(of: rank, among: link.size, count: count)
            return UnsafeMutableRawBufferPointer(
                rebasing: piece[(range.lowerBound * elementSize)..<(range.upperBound * elementSize)])
        }
        if link.rank == 0 {
            try complete(
                others.filter { share($0).count > 0 }.map { try link.receive(into: share($0), from: $0, tag: .data) })
        } else if share(link.rank).count > 0 {
            try complete([try link.send(UnsafeRawBufferPointer(share(link.rank)), to: 0, tag: .data)])
        }
    }
}

/// Numbers of a piece on their way in bf16. What rounding leaves out is kept, and added to what is sent the next time
/// (error feedback, Karimireddy et al. 2019), so that over many steps nothing is lost.
private struct Halved {
    private let own: Int
    private let shares: [Range<Int>]
    private let received, sent: UnsafeMutableRawBufferPointer
    private let widened: UnsafeMutablePointer<Float>?

    init(courier: Courier, piece: UnsafeMutableBufferPointer<Float>, size: Int, own: Int) {
        self.own = own
        shares = (0..<size).map { Communicator.share(of: $0, among: size, count: piece.count) }
        received = courier.scratch.room(1, bytes: size * own * 2)
        sent = courier.scratch.room(2, bytes: piece.count * 2)
        let longest = shares.map(\.count).max() ?? 0
        widened = courier.scratch.room(3, bytes: longest * 4).bindMemory(to: Float.self).baseAddress
    }

    /// Where another rank's numbers of this rank's share arrive.
    func incoming(_ other: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: received[(other * own * 2)..<((other + 1) * own * 2)])
    }

    /// Where the numbers of another rank's share lie.
    func outgoing(_ other: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: sent[(shares[other].lowerBound * 2)..<(shares[other].upperBound * 2)])
    }

    /// residual += numbers; what is sent is that, rounded; residual -= what is sent.
    func round(
        _ numbers: UnsafeMutableBufferPointer<Float>, residual: UnsafeMutableBufferPointer<Float>, to other: Int
    ) -> UnsafeRawBufferPointer {
        let bytes = outgoing(other)
        let count = numbers.count
        guard let x = numbers.baseAddress, let left = residual.baseAddress, let widened,
            let halves = bytes.bindMemory(to: UInt16.self).baseAddress
        else { return UnsafeRawBufferPointer(bytes) }
        kernel_add(count, x, left, left)
        kernel_to_bf16(count, left, halves)
        kernel_from_bf16(count, halves, widened)
        kernel_subtract(count, left, widened, left)
        return UnsafeRawBufferPointer(bytes)
    }

    func widen(_ other: Int, into numbers: UnsafeMutableBufferPointer<Float>) {
        widen(UnsafeRawBufferPointer(incoming(other)), into: numbers)
    }

    func widen(_ halves: UnsafeRawBufferPointer, into numbers: UnsafeMutableBufferPointer<Float>) {
        guard let from = halves.bindMemory(to: UInt16.self).baseAddress, let to = numbers.baseAddress else { return }
        kernel_from_bf16(numbers.count, from, to)
    }
}
