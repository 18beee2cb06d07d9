import Foundation
import Ranks

/// Several ranks as threads of the test's process.
package enum LocalRanks {
    /// What a rank came to, and whether it would have told a person of its failure.
    package struct Outcome<Value: Sendable>: Sendable {
        package var result: Result<Value, any Error>
        package var tells = false

        package var error: (any Error)? {
            if case .failure(let error) = result { return error }
            return nil
        }
    }

    /// Runs `body` on every rank and waits for all; a rank that throws tells the others, as the command does.
    package static func run<Value: Sendable>(
        _ size: Int, patience: Double = 30, over exchange: LocalLink.Exchange? = nil,
        _ body: @escaping @Sendable (Communicator) throws -> Value
    ) -> [Outcome<Value>] {
        let exchange = exchange ?? LocalLink.Exchange(size: size)
        let outcomes = Outcomes<Value>(count: size)
        let group = DispatchGroup()
        for rank in 0..<size {
            group.enter()
            let thread = Thread {
                outcomes.set(rank, outcome(rank, patience, exchange, body))
                group.leave()
            }
            thread.stackSize = 16 << 20
            thread.start()
        }
        group.wait()
        return outcomes.all
    }

    private static func outcome<Value>(
        _ rank: Int, _ patience: Double, _ exchange: LocalLink.Exchange,
        _ body: (Communicator) throws -> Value
    ) -> Outcome<Value> {
        do {
            let ranks = try Communicator(patience: patience) { LocalLink(exchange, rank: rank) }
            defer { ranks.leave() }
            do {
                let value = try body(ranks)
                try ranks.meet()
                return Outcome(result: .success(value))
            } catch {
                return Outcome(result: .failure(error), tells: ranks.tells(of: error))
            }
        } catch { return Outcome(result: .failure(error)) }
    }

    private final class Outcomes<Value: Sendable>: @unchecked Sendable {
        private let lock = NSLock()
        private var outcomes: [Outcome<Value>?]
        init(count: Int) { outcomes = Array(repeating: nil, count: count) }
        func set(_ rank: Int, _ outcome: Outcome<Value>) { lock.withLock { outcomes[rank] = outcome } }
        var all: [Outcome<Value>] { lock.withLock { outcomes.compactMap(\.self) } }
    }
}
