import Basics
import Foundation

/// Messages between threads of one process: ranks for tests, which need no launcher.
package final class LocalLink: Link {
    /// The mailboxes that the ranks of one job share.
    package final class Exchange: @unchecked Sendable {
        fileprivate struct Address: Hashable { var from: Int, to: Int, tag: MessageTag }
        package let size: Int
        private let lock = NSLock()
        private var messages: [Address: [[UInt8]]] = [:]
        private var silenced: Set<Int> = []

        package init(size: Int) { self.size = size }

        /// From now on nothing that these ranks send arrives: they are dead, or the network between them and others is.
        package func silence(_ ranks: Int...) { lock.withLock { silenced.formUnion(ranks) } }

        fileprivate func put(_ bytes: [UInt8], _ address: Address) {
            lock.withLock {
                if !silenced.contains(address.from) { messages[address, default: []].append(bytes) }
            }
        }

        fileprivate func take(_ address: Address) -> [UInt8]? {
            lock.withLock {
                guard messages[address]?.isEmpty == false else { return nil }
                return messages[address]?.removeFirst()
            }
        }
    }

    package let rank: Int
    package var size: Int { exchange.size }
    private let exchange: Exchange
    private var receives: [Int: (address: Exchange.Address, bytes: UnsafeMutableRawBufferPointer)] = [:]
    private var count = 0

    package init(_ exchange: Exchange, rank: Int) { (self.exchange, self.rank) = (exchange, rank) }

    /// Messages are copied, so that a sent one is through at once.
    package func send(_ bytes: UnsafeRawBufferPointer, to other: Int, tag: MessageTag) throws(Failure) -> Int {
        exchange.put(Array(bytes), Exchange.Address(from: rank, to: other, tag: tag))
        count += 1
        return count
    }

    package func receive(
        into bytes: UnsafeMutableRawBufferPointer, from other: Int, tag: MessageTag
    ) throws(Failure) -> Int {
        count += 1
        receives[count] = (Exchange.Address(from: other, to: rank, tag: tag), bytes)
        return count
    }

    package func isDone(_ request: Int) throws(Failure) -> Bool {
        guard let (address, bytes) = receives[request] else { return true }
        guard let message = exchange.take(address) else { return false }
        precondition(
            message.count == bytes.count, "a message of \(message.count) bytes where \(bytes.count) were expected")
        bytes.copyBytes(from: message)
        receives[request] = nil
        return true
    }

    package func close() {}
}
