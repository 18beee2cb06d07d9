import Basics
import Foundation
import Synchronization

/// What a rank hears of the others: each sends a sign of life every second, by the thread that does nothing else, and
/// tells when it fails. Who is silent for longer than `patience` is taken for lost.
///
/// A rank fails by itself or because of another. Only the first are told to a person, and where several fail at once,
/// by one error, as a missing file does on all ranks, only by the lowest.
struct Watch {
    /// Gets the failure, and whether a person is to be told here.
    typealias OnFailure = @Sendable (_ failure: PeerFailure, _ tells: Bool) -> Void

    /// Seconds between two looks.
    static let interval = 0.1
    /// Seconds between two signs of life.
    private static let beat = 1.0
    /// Seconds that a failing rank waits for a lower one that fails too.
    private static let grace = 1.0

    let patience: Double
    /// Called once a failure has not been noticed by the rank's own thread for some seconds: it computes, and nobody
    /// waits for what it computes any more.
    private var onFailure: OnFailure?
    private let isNoticed: Flag
    private var failed: (failure: PeerFailure, at: Double)?

    /// A message's bytes lie in one place while it is under way.
    private final class Letter {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 72, alignment: 8)
        var request = -1
        deinit { bytes.deallocate() }
    }

    final class Flag: Sendable {
        private let value = Atomic<Bool>(false)
        func store(_ new: Bool) { value.store(new, ordering: .relaxed) }
        var isSet: Bool { value.load(ordering: .relaxed) }
    }

    private var incoming: [Letter?] = []
    private var outgoing: [Letter?] = []
    private var lastHeard: [Double] = []
    private var hosts: [String] = []
    private var (lastLook, lastBeat) = (0.0, 0.0)
    private var tellers: Set<Int> = []

    init(patience: Double, isNoticed: Flag, onFailure: OnFailure?) {
        (self.patience, self.isNoticed, self.onFailure) = (patience, isNoticed, onFailure)
    }

    mutating func begin(_ link: any Link) throws {
        for other in 0..<link.size {
            let isOther = other != link.rank
            incoming.append(isOther ? Letter() : nil)
            outgoing.append(isOther ? Letter() : nil)
            hosts.append("")
            lastHeard.append(Clock.now)
            guard let letter = incoming[other] else { continue }
            letter.request = try link.receive(into: letter.bytes, from: other, tag: .control)
        }
        lastLook = Clock.now
    }

    /// Sends a sign of life and listens for those of others, as often as it is time to.
    ///
    /// - Throws: `PeerFailure`.
    mutating func look(at link: any Link) throws {
        let now = Clock.now
        guard now - lastLook >= Self.interval else { return }
        // Who was stopped, and goes on, has not heard others for that long, which is not their fault.
        if now - lastLook > patience / 2 { for rank in lastHeard.indices { lastHeard[rank] = now } }
        lastLook = now
        if now - lastBeat >= Self.beat {
            lastBeat = now
            try send(.alive, over: link)
        }
        try listen(to: link, now: now)
        if let rank = tellers.min() { throw note(PeerFailure(rank: rank, host: hosts[rank]), at: now) }
        for rank in lastHeard.indices where rank != link.rank && now - lastHeard[rank] > patience {
            throw note(PeerFailure(rank: rank, host: hosts[rank], silentSeconds: now - lastHeard[rank]), at: now)
        }
    }

    /// Calls `onFailure` where the failure is some seconds old and nobody has taken it up.
    mutating func remindOfFailure(over link: any Link) {
        guard let failed, let onFailure, !isNoticed.isSet, Clock.now - failed.at > 5 else { return }
        self.onFailure = nil
        onFailure(failed.failure, (try? announce(over: link)) ?? true)
    }

    private mutating func note(_ failure: PeerFailure, at now: Double) -> PeerFailure {
        if failed == nil { failed = (failure, now) }
        return failure
    }

    /// - Returns: whether this rank is the one that tells a person.
    mutating func announce(over link: any Link) throws -> Bool {
        isNoticed.store(true)
        if !tellers.isEmpty { return false }
        try send(.failing, over: link)
        let end = Clock.now + Self.grace
        while Clock.now < end {
            try listen(to: link, now: Clock.now)
            if let lowest = tellers.min(), lowest < link.rank { return false }
            usleep(20_000)
        }
        return true
    }

    private enum Word: UInt64 {
        case alive = 1
        case failing
    }

    /// To every other rank that has taken the last one.
    private mutating func send(_ word: Word, over link: any Link) throws {
        let host = Array(Self.host.utf8.prefix(63))
        for (rank, letter) in outgoing.enumerated() {
            guard let letter else { continue }
            if letter.request >= 0 {
                guard try link.isDone(letter.request) else {
                    if word == .alive { continue }
                    // The last words go out beside a message that is still under way.
                    let extra = Letter()
                    fill(extra, word, host)
                    _ = try link.send(UnsafeRawBufferPointer(extra.bytes), to: rank, tag: .control)
                    _ = Unmanaged.passRetained(extra)
                    continue
                }
            }
            fill(letter, word, host)
            letter.request = try link.send(UnsafeRawBufferPointer(letter.bytes), to: rank, tag: .control)
        }
    }

    private func fill(_ letter: Letter, _ word: Word, _ host: [UInt8]) {
        letter.bytes.initializeMemory(as: UInt8.self, repeating: 0)
        letter.bytes.storeBytes(of: word.rawValue, as: UInt64.self)
        UnsafeMutableRawBufferPointer(rebasing: letter.bytes[8...]).copyBytes(from: host)
    }

    private mutating func listen(to link: any Link, now: Double) throws {
        for (rank, letter) in incoming.enumerated() {
            guard let letter else { continue }
            while try link.isDone(letter.request) {
                lastHeard[rank] = now
                if hosts[rank].isEmpty {
                    hosts[rank] = String(decoding: letter.bytes[8...].prefix { $0 != 0 }, as: UTF8.self)
                }
                if letter.bytes.load(as: UInt64.self) == Word.failing.rawValue { tellers.insert(rank) }
                letter.request = try link.receive(into: letter.bytes, from: rank, tag: .control)
            }
        }
    }

    /// This machine's name.
    static let host: String = {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()
}
