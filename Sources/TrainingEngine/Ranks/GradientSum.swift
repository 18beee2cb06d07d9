import Ranks
import Synchronization
import TensorCore

/// The gradients of a store, summed over the ranks while the backward pass still goes on.
///
/// A section of parameters, such as a layer's, is handed over as soon as its gradients are whole; the courier's thread
/// sums it with the other ranks' in pieces. What belongs to no section comes at the end. All ranks hand over in one
/// order, that of the backward pass: the last section first.
package final class GradientSum: GradientShare, @unchecked Sendable {
    /// How a sum over the ranks is taken.
    package struct Options: Sendable, Equatable {
        /// bf16 halves what is sent; what rounding leaves out is kept and sent later.
        package var format: NumberFormat
        /// Each rank gets the sums of its own share only, and changes these parameters only.
        package var isScattered: Bool

        package init(format: NumberFormat = .fp32, isScattered: Bool = false) {
            (self.format, self.isScattered) = (format, isScattered)
        }
    }

    private let store: ParameterStore
    let ranks: Communicator
    private let sections: [Range<Int>]
    package let options: Options
    /// What is left out of what was sent so far.
    private let residual: Storage?
    private struct State {
        var isHandedOver: [Bool]
        var sums: [Communicator.Work] = []
    }
    private let state: Mutex<State>

    /// - Parameter sections: parameters that follow each other, ascending.
    package init(_ store: ParameterStore, sections: [Range<Int>] = [], ranks: Communicator, options: Options) {
        (self.store, self.sections, self.ranks, self.options) = (store, sections, ranks, options)
        residual = options.format == .bf16 && !ranks.isAlone ? Storage(capacity: store.flatCount) : nil
        state = Mutex(State(isHandedOver: Array(repeating: false, count: sections.count)))
    }

    /// Numbers that are summed in one go: large enough for a link to be busy, small enough that sending and summing
    /// begin early.
    package static let pieceCount = 1 << 22

    /// The pieces of all parameters, and those of a stretch of them.
    private var pieces: [Range<Int>] { sections.flatMap { pieces(of: $0) } + rest.flatMap { pieces(of: $0) } }

    private func pieces(of parameters: Range<Int>) -> [Range<Int>] {
        let range = store.flatRange(of: parameters)
        return stride(from: range.lowerBound, to: range.upperBound, by: Self.pieceCount).map {
            $0..<min($0 + Self.pieceCount, range.upperBound)
        }
    }

    /// The parameters that are in no section.
    private var rest: [Range<Int>] {
        var result: [Range<Int>] = []
        var next = 0
        for section in sections + [store.parameters.endIndex..<store.parameters.endIndex] {
            if section.lowerBound > next { result.append(next..<section.lowerBound) }
            next = max(next, section.upperBound)
        }
        return result
    }

    /// The stretches of the flat buffers whose sums this rank gets, ascending; nil: all.
    package var owned: [Range<Int>]? {
        guard options.isScattered, !ranks.isAlone else { return nil }
        return pieces.map { piece in
            let share = Communicator.share(of: ranks.rank, among: ranks.size, count: piece.count)
            return (piece.lowerBound + share.lowerBound)..<(piece.lowerBound + share.upperBound)
        }.filter { !$0.isEmpty }.sorted { $0.lowerBound < $1.lowerBound }
    }

    /// Begins to sum a section's gradients, which nothing is added to any more.
    package func handOver(_ section: Int) {
        guard !ranks.isAlone, sections.indices.contains(section) else { return }
        state.withLock { state in
            guard !state.isHandedOver[section] else { return }
            state.isHandedOver[section] = true
            begin(sections[section], &state)
        }
    }

    private func begin(_ parameters: Range<Int>, _ state: inout State) {
        let gradients = store.gradients(of: parameters)
        let start = store.flatRange(of: parameters).lowerBound
        for piece in pieces(of: parameters) {
            let numbers = UnsafeMutableBufferPointer(
                rebasing: gradients[(piece.lowerBound - start)..<(piece.upperBound - start)])
            let left = residual.map {
                UnsafeMutableBufferPointer(start: $0.pointer + piece.lowerBound, count: piece.count)
            }
            if let sum = ranks.beginSum(numbers, of: self, residual: left, isScattered: options.isScattered) {
                state.sums.append(sum)
            }
        }
    }

    /// Hands over what is left and waits for all sums.
    ///
    /// - Throws: `PeerFailure` where another rank is gone.
    package func finish() throws {
        guard !ranks.isAlone else { return }
        for section in sections.indices.reversed() { handOver(section) }
        let sums = state.withLock { state in
            for parameters in rest { begin(parameters, &state) }
            defer { state = State(isHandedOver: Array(repeating: false, count: sections.count)) }
            return state.sums
        }
        for sum in sums { try ranks.wait(sum) }
    }

    package func exchange(_ numbers: [Double]) throws -> [[Double]] { try ranks.exchange(numbers) }

    /// Sends the parameters that each rank has changed to all others, where each changes its own share only.
    package func shareValues() throws {
        guard options.isScattered, !ranks.isAlone, let base = store.values.baseAddress else { return }
        let gathers = pieces.compactMap { piece in
            ranks.beginGather(UnsafeMutableBufferPointer(start: base + piece.lowerBound, count: piece.count), of: store)
        }
        for gather in gathers { try ranks.wait(gather) }
    }

    /// Lays what every rank keeps of its own share together: `whole` is laid out as the flat buffers, and filled on the
    /// first rank.
    ///
    /// - Parameter own: the stretches that this rank owns, one after another.
    package func collect(
        _ own: UnsafeMutableRawBufferPointer, elementSize: Int, into whole: UnsafeMutableRawBufferPointer
    ) throws {
        place(own, elementSize: elementSize, in: whole, isOut: true)
        for piece in pieces {
            let bytes = UnsafeMutableRawBufferPointer(
                rebasing: whole[(piece.lowerBound * elementSize)..<(piece.upperBound * elementSize)])
            try ranks.collect(bytes, count: piece.count, elementSize: elementSize)
        }
    }

    /// The other way round: each rank takes its own share of `whole`, which the first rank has.
    package func distribute(
        _ whole: UnsafeMutableRawBufferPointer, elementSize: Int, into own: UnsafeMutableRawBufferPointer
    ) throws {
        try ranks.broadcast(whole)
        place(own, elementSize: elementSize, in: whole, isOut: false)
    }

    private func place(
        _ own: UnsafeMutableRawBufferPointer, elementSize: Int, in whole: UnsafeMutableRawBufferPointer, isOut: Bool
    ) {
        var start = 0
        for range in owned ?? [0..<store.flatCount] {
            let length = range.count * elementSize
            let mine = UnsafeMutableRawBufferPointer(rebasing: own[start..<(start + length)])
            let there = UnsafeMutableRawBufferPointer(
                rebasing: whole[(range.lowerBound * elementSize)..<(range.upperBound * elementSize)])
            (isOut ? there : mine).copyMemory(from: UnsafeRawBufferPointer(isOut ? mine : there))
            start += length
        }
    }

    /// Forgets what rounding has left out, so that a run that goes on from a checkpoint, which does not hold it, goes on
    /// to the same bits.
    package func forgetResidual() {
        guard let residual else { return }
        residual.pointer.update(repeating: 0, count: store.flatCount)
    }
}
