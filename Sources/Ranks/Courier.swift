import Basics
import Foundation

/// The thread of a rank that talks to the other ranks. It works off what it is given in order, while the rank computes,
/// and keeps watch over the others all the time: a rank that is silent for too long, or that tells of a failure, ends
/// everything that waits for it.
final class Courier: @unchecked Sendable {
    /// Work that was given to the courier.
    final class Job: @unchecked Sendable {
        fileprivate let body: (Courier) throws -> Void
        fileprivate var isDone = false
        fileprivate var error: (any Error)?

        fileprivate init(_ body: @escaping (Courier) throws -> Void) { self.body = body }
    }

    private let state = NSCondition()
    private var queue: [Job] = []
    private var isClosing = false
    private var hasEnded = false
    private var failure: (any Error)?

    /// The courier's thread alone uses what follows.
    private(set) var link: any Link
    private var watch: Watch
    let scratch = Scratch()

    /// Whether the rank's own thread knows of the failure.
    private let isNoticed = Watch.Flag()
    private let make: @Sendable () throws(Failure) -> any Link

    /// Begins to work; returns when the link is there.
    init(
        patience: Double, onFailure: Watch.OnFailure?,
        _ make: @escaping @Sendable () throws(Failure) -> any Link
    ) throws {
        self.make = make
        link = NoLink()
        watch = Watch(patience: patience, isNoticed: isNoticed, onFailure: onFailure)
        let thread = Thread { [self] in run() }
        thread.name = "ranks"
        thread.stackSize = 1 << 20
        thread.start()
        try wait(submit { _ in })
    }

    /// Gives work to the courier.
    func submit(_ body: @escaping (Courier) throws -> Void) -> Job {
        let job = Job(body)
        state.lock()
        defer { state.unlock() }
        if let failure {
            (job.isDone, job.error) = (true, failure)
        } else {
            queue.append(job)
        }
        state.broadcast()
        return job
    }

    /// Waits for work to be done.
    ///
    /// - Throws: `PeerFailure`, or `Failure` of the transport.
    func wait(_ job: Job) throws {
        state.lock()
        defer { state.unlock() }
        while !job.isDone { state.wait() }
        if let error = job.error {
            isNoticed.store(true)
            throw error
        }
    }

    /// Ends the thread after what it was given; the link is closed where nothing has failed.
    func close() {
        state.lock()
        isClosing = true
        state.broadcast()
        while !hasEnded { state.wait() }
        state.unlock()
    }

    private func run() {
        do {
            link = try make()
            try watch.begin(link)
        } catch { fail(error) }
        while let job = next() {
            guard let job = job.some else {
                watchOver()
                continue
            }
            do { try job.body(self) } catch { fail(error) }
            finish(job)
        }
        if failure == nil { link.close() }
        state.lock()
        hasEnded = true
        state.broadcast()
        state.unlock()
    }

    private struct Next { var some: Job? }

    /// The next job; one that is nil after a while without any; nil at the end.
    private func next() -> Next? {
        state.lock()
        defer { state.unlock() }
        if queue.isEmpty, !isClosing { _ = state.wait(until: Date(timeIntervalSinceNow: Watch.interval)) }
        if queue.isEmpty { return isClosing ? nil : Next() }
        return Next(some: queue.removeFirst())
    }

    private func finish(_ job: Job) {
        state.lock()
        (job.isDone, job.error) = (true, job.error ?? failure)
        state.broadcast()
        state.unlock()
    }

    private func fail(_ error: any Error) {
        state.lock()
        failure = failure ?? error
        for job in queue { (job.isDone, job.error) = (true, failure) }
        queue = []
        state.broadcast()
        state.unlock()
    }

    private func watchOver() {
        if failure != nil { return watch.remindOfFailure(over: link) }
        do { try watch.look(at: link) } catch { fail(error) }
    }

    /// Waits until messages are through, and watches the others meanwhile. For jobs.
    func complete(_ requests: [Int]) throws {
        var left = requests
        var rounds = 0
        while true {
            left = try left.filter { try !link.isDone($0) }
            if left.isEmpty { return }
            try watch.look(at: link)
            rounds += 1
            // Short waits keep the link busy, and leave the processor to those who compute.
            if rounds > 20 { usleep(rounds < 2_000 ? 30 : 300) }
        }
    }

    /// Tells the others that this rank fails. For the end of a rank.
    ///
    /// - Returns: whether a person is to be told here: another rank may have failed first.
    func announceFailure() -> Bool {
        var tells = true
        state.lock()
        let isDown = hasEnded
        state.unlock()
        guard !isDown else { return true }
        // The thread goes on after a failure, so that it can tell the others.
        let job = Job { courier in tells = try courier.watch.announce(over: courier.link) }
        state.lock()
        queue.append(job)
        state.broadcast()
        while !job.isDone { state.wait() }
        state.unlock()
        return tells
    }
}

/// Before there is a link.
private final class NoLink: Link {
    let rank = 0
    let size = 1
    func send(_ bytes: UnsafeRawBufferPointer, to rank: Int, tag: MessageTag) throws(Failure) -> Int { 0 }
    func receive(into bytes: UnsafeMutableRawBufferPointer, from rank: Int, tag: MessageTag) throws(Failure) -> Int {
        0
    }
    func isDone(_ request: Int) throws(Failure) -> Bool { true }
    func close() {}
}

extension Courier {
    /// Room for messages, which grows to what was needed most.
    final class Scratch {
        private var rooms: [Int: UnsafeMutableRawBufferPointer] = [:]

        deinit { for room in rooms.values { room.deallocate() } }

        /// At least so many bytes; what was in them is lost.
        func room(_ number: Int, bytes: Int) -> UnsafeMutableRawBufferPointer {
            if let room = rooms[number], room.count >= bytes {
                return UnsafeMutableRawBufferPointer(rebasing: room[..<bytes])
            }
            rooms[number]?.deallocate()
            let room = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes, 64), alignment: 64)
            rooms[number] = room
            return UnsafeMutableRawBufferPointer(rebasing: room[..<bytes])
        }
    }
}
