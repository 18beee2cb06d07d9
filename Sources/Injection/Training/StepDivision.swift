import Basics
import Ranks
import TensorCore

/// How a step is divided: into shards, the shards among ranks, and a rank's shards among threads.
///
/// Examples that exchange or roll something do so within a shard. Which examples these are depends on the number of
/// shards and on nothing else, so that a run of as many shards is the same run on one rank and on several, but for the
/// order in which numbers are summed.
package struct StepDivision: Equatable, Sendable {
    /// The shards of a step, and those of this rank.
    package let count: Int
    package let own: Range<Int>
    /// How many of them are computed at a time.
    package let lanes: Int

    /// One rank's, in as many shards as there are lanes.
    package init(count: Int = 1) { (self.count, own, lanes) = (count, 0..<count, count) }

    /// - Parameters:
    ///   - count: the shards of a step; 0: one a rank, or one a thread where every thread can have a copy of the gradients
    ///     and every shard two examples, which an exchange needs.
    ///   - parameters: of the student.
    ///   - examples: of a step.
    ///   - least: examples that a shard has at least: two where one exchanges something with another.
    /// - Throws: `.usage` for more ranks or shards than can have an example, or fewer shards than ranks.
    package init(count: Int, parameters: Int, examples: Int, least: Int = 2, ranks: Communicator = .alone) throws {
        // Ranks may have different numbers of threads, and have to divide alike.
        let threads = try ranks.exchange([Double(Parallel.threads)]).map { Int($0[0]) }
        let fewest = threads.min() ?? 1
        let wanted = Self.lanes(parameters: parameters, threads: fewest)
        let mayHaveMore = wanted > 1 && examples >= 2 * wanted * ranks.size
        self.count = count > 0 ? count : ranks.size * (mayHaveMore ? wanted : 1)
        guard self.count <= max(examples / least, 1) else {
            throw Failure(
                .usage,
                "a step of \(examples) examples cannot be divided into \(self.count) shards of at least \(least)",
                remedy: count > 0
                    ? "Set a smaller batch.shards."
                    : "Start fewer ranks, or set a larger batch.task or batch.perturbed.")
        }
        guard self.count >= ranks.size else {
            throw Failure(
                .usage, "a step is divided into \(self.count) shards, and there are \(ranks.size) ranks",
                remedy: "Start at most \(self.count) ranks, or set a larger batch.shards for a new run.")
        }
        own = Parallel.range(of: ranks.rank, pieces: ranks.size, count: self.count)
        lanes = min(own.count, Self.lanes(parameters: parameters, threads: Parallel.threads))
    }

    /// Bytes that gradients beyond one copy may take.
    private static let budget = 256 << 20

    /// How many shards can be computed side by side: one a thread where every thread can have a copy of the gradients,
    /// else one.
    private static func lanes(parameters: Int, threads: Int) -> Int {
        let copies = (threads - 1) * parameters * MemoryLayout<Float>.stride
        return copies <= budget ? threads : 1
    }

    /// This rank's part of a number of things that are spread over the shards, rounded up.
    package func part(of things: Int) -> Int { (things * own.count + count - 1) / count }
}
