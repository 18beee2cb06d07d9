import Basics

/// The ranks that train one model together, as one of them sees them: who they are, and what they compute together.
///
/// Every operation is called by all ranks, in one order (MPI 3.1, section 5.13, asks the same of its own). Sums are taken
/// in the order of the ranks, whatever the transport and however a buffer is cut, so that two runs of as many ranks give
/// the same bits.
package final class Communicator: Sendable {
    package let rank: Int
    package let size: Int
    /// nil where this process is alone.
    let courier: Courier?

    /// One process by itself: every operation is there at once.
    package static let alone = Communicator()

    private init() { (rank, size, courier) = (0, 1, nil) }

    /// - Parameters:
    ///   - patience: seconds that another rank may be silent.
    ///   - onFailure: called by another thread when another rank has failed and this one, as it computes, does not notice
    ///     within seconds. It is given the failure, and whether this rank is the one that tells a person.
    ///   - link: makes the link, on the thread that will use it.
    /// - Throws: `Failure` where the link cannot be made.
    package init(
        patience: Double,
        onFailure: (@Sendable (_ failure: PeerFailure, _ tells: Bool) -> Void)? = nil,
        _ link: @escaping @Sendable () throws(Failure) -> any Link
    ) throws {
        let courier = try Courier(patience: patience, onFailure: onFailure, link)
        let place = Place()
        try courier.wait(courier.submit { (place.rank, place.size) = ($0.link.rank, $0.link.size) })
        (rank, size) = (place.rank, place.size)
        self.courier = courier
    }

    private final class Place {
        var rank = 0
        var size = 1
    }

    /// This machine's name.
    package static var host: String { Watch.host }
    /// Whether there is nobody else.
    package var isAlone: Bool { size == 1 }
    /// Whether this is the rank that writes and speaks.
    package var isFirst: Bool { rank == 0 }

    /// The stretch of `count` numbers that a rank sums for all: stretches of nearly one length, each beginning on a
    /// cache line.
    package static func share(of rank: Int, among size: Int, count: Int) -> Range<Int> {
        let lines = (count + 15) / 16
        let (each, longer) = (lines / size, lines % size)
        let start = rank * each + min(rank, longer)
        return min(start * 16, count)..<min((start + each + (rank < longer ? 1 : 0)) * 16, count)
    }

    /// Every rank's bytes, in the order of the ranks. For small things.
    package func exchange(_ bytes: [UInt8]) throws -> [[UInt8]] {
        guard let courier else { return [bytes] }
        let result = Box<[[UInt8]]>([])
        try courier.wait(courier.submit { result.value = try $0.exchange(bytes) })
        return result.value
    }

    /// Every rank's numbers, in the order of the ranks; all have as many.
    package func exchange(_ numbers: [Double]) throws -> [[Double]] {
        let bytes = numbers.withUnsafeBytes { Array($0) }
        return try exchange(bytes).map { bytes in
            bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
        }
    }

    /// What the first rank has, for all. The others' `make` is not called.
    package func fromFirst(_ make: () throws -> [UInt8]) throws -> [UInt8] {
        try exchange(isFirst ? make() : [])[0]
    }

    /// Waits until every rank is here.
    package func meet() throws { _ = try exchange([UInt8]()) }

    /// Copies the first rank's memory over that of all others.
    package func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws {
        guard let courier else { return }
        try courier.wait(courier.submit { try $0.broadcast(bytes) })
    }

    /// Whether a person is to be told of a failure that ends this rank: not where another rank tells of its own. The
    /// others are told to end.
    package func tells(of error: any Error) -> Bool {
        guard let courier else { return true }
        return courier.announceFailure()
    }

    /// Leaves the job; no operation follows. Every rank calls it, unless something has failed.
    package func leave() { courier?.close() }
}

/// A value that a closure sets.
final class Box<Value>: @unchecked Sendable {
    var value: Value
    init(_ value: Value) { self.value = value }
}

/// Work that is under way while the rank computes.
extension Communicator {
    package struct Work: @unchecked Sendable {
        let job: Courier.Job
    }

    /// Begins to sum a piece of numbers over the ranks, in its place; the memory is left alone until the work is done.
    ///
    /// - Parameters:
    ///   - owner: keeps the memory.
    ///   - residual: what earlier roundings left out, for each number, where numbers are sent in bf16; nil: as they are.
    ///   - isScattered: whether each rank gets the sums of its own share only.
    /// - Returns: nil where there is nobody else.
    package func beginSum(
        _ piece: UnsafeMutableBufferPointer<Float>, of owner: AnyObject,
        residual: UnsafeMutableBufferPointer<Float>? = nil, isScattered: Bool = false
    ) -> Work? {
        guard let courier else { return nil }
        return Work(
            job: courier.submit { courier in
                try withExtendedLifetime(owner) {
                    try courier.scatterSum(piece, residual: residual)
                    if !isScattered { try courier.gather(piece, residual: residual) }
                }
            })
    }

    /// Begins to send every rank's own share of a piece to all others.
    package func beginGather(_ piece: UnsafeMutableBufferPointer<Float>, of owner: AnyObject) -> Work? {
        guard let courier else { return nil }
        return Work(
            job: courier.submit { courier in
                try withExtendedLifetime(owner) { try courier.gather(piece, residual: nil) }
            })
    }

    /// - Throws: `PeerFailure`, or `Failure` of the transport.
    package func wait(_ work: Work) throws { try courier?.wait(work.job) }

    /// Every rank's own share of a piece of `count` elements, in the first rank's memory.
    package func collect(_ piece: UnsafeMutableRawBufferPointer, count: Int, elementSize: Int) throws {
        guard let courier else { return }
        try courier.wait(courier.submit { try $0.collect(piece, count: count, elementSize: elementSize) })
    }
}
