import Basics

/// Carries messages between the ranks of a job: the processes that train one model together, counted from 0.
///
/// All that is asked of a transport are messages from one rank to another that arrive in the order in which they were
/// sent; everything else (`Courier+Sum.swift`, `Courier+Exchange.swift`) is made of these, so that sums are taken in one order over every transport.
/// A link is used by one thread, the one that made it.
package protocol Link: AnyObject {
    var rank: Int { get }
    var size: Int { get }

    /// Begins to send; the memory is left alone until the message is through.
    ///
    /// - Returns: a number for `isDone`.
    func send(_ bytes: UnsafeRawBufferPointer, to rank: Int, tag: MessageTag) throws(Failure) -> Int

    /// Begins to receive a message of exactly so many bytes; the memory is left alone until it is through.
    func receive(into bytes: UnsafeMutableRawBufferPointer, from rank: Int, tag: MessageTag) throws(Failure) -> Int

    /// Whether a message is through. After it was, its number may be another message's.
    func isDone(_ request: Int) throws(Failure) -> Bool

    /// Leaves the job, once every rank is about to.
    func close()
}

/// What a message is about. Messages of different kinds do not wait for each other.
package enum MessageTag: Int32, Sendable {
    case data = 1
    /// Signs of life, and failures.
    case control
}
