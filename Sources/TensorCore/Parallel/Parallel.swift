import CKernels
import Synchronization

/// The elements that a worker takes at least in an elementwise loop: a few microseconds of work.
let elementwiseGrain = 1 << 15

/// Divides loops among the processors.
///
/// One pool of worker threads serves the whole program, matrix products included (OpenBLAS is held to one thread and
/// its products are divided here), so there are never two pools competing. Loops are cut the same way at a given
/// number of threads, whoever runs the pieces, so results are reproducible bit by bit.
public enum Parallel {
    private static let chosen = Atomic<Int>(Int(pool_usable_processors()))

    /// Threads a loop is divided among, the calling one included. At first as many as there are processors that this
    /// process may use, by affinity mask and control group.
    public static var threads: Int {
        get { chosen.load(ordering: .relaxed) }
        set {
            precondition(newValue >= 1 && newValue <= 1024, "threads must be within 1 ... 1024")
            chosen.store(newValue, ordering: .relaxed)
        }
    }

    /// Runs `body` with every divided loop of this thread left out, products among them: tensors are allocated,
    /// recycled and recorded as ever, but nothing is computed, and memory that was never touched takes none. What a
    /// step needs can be measured this way before it is taken.
    public static func rehearse<Result>(_ body: () throws -> Result) rethrows -> Result {
        pool_mute(1)
        defer { pool_mute(0) }
        return try body()
    }

    static var isRehearsing: Bool { pool_is_muted() != 0 }

    /// Runs `body` over 0 ..< n in at most `threads` ranges of at least `grain` (the last may be shorter).
    /// The ranges run concurrently: `body` must write disjoint memory. Loops inside a piece run on its own thread.
    public static func `for`(_ n: Int, grain: Int = 1, _ body: (Range<Int>) -> Void) {
        let pieces = self.pieces(n, grain: grain)
        guard pieces > 1 else {
            if n > 0, !isRehearsing { body(0..<n) }
            return
        }
        each(pieces) { piece in body(range(of: piece, pieces: pieces, count: n)) }
    }

    /// Into how many ranges `for` divides n.
    public static func pieces(_ n: Int, grain: Int = 1) -> Int {
        max(1, min(threads, (n + max(grain, 1) - 1) / max(grain, 1)))
    }

    /// The range of one piece; the first ranges are longer by one where n does not divide.
    public static func range(of piece: Int, pieces: Int, count n: Int) -> Range<Int> {
        let size = n / pieces
        let longer = n % pieces
        let start = piece * size + min(piece, longer)
        return start..<(start + size + (piece < longer ? 1 : 0))
    }

    /// Runs `body` for each of 0 ..< n, one at a time to whoever is free: for pieces of unequal cost.
    public static func each(_ n: Int, _ body: (Int) -> Void) {
        if isRehearsing { return }
        guard n > 1, threads > 1 else {
            for index in 0..<max(n, 0) { body(index) }
            return
        }
        withoutActuallyEscaping(body) { body in
            var box = Body(run: body)
            withUnsafeMutablePointer(to: &box) { pointer in
                pool_run(
                    n, Int32(threads),
                    { context, piece in
                        context!.assumingMemoryBound(to: Body.self).pointee.run(piece)
                    }, pointer)
            }
        }
    }

    private struct Body { let run: (Int) -> Void }
}
