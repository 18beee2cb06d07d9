import Basics

/// The examples of one split in their seeded order. Same task, split and seed: same examples.
///
/// Training never ends: indexed problems are shuffled anew for every pass; drawn ones do not repeat as long as their
/// class (length and count, for example) has new ones to give. Other splits hold each problem once, and end.
public struct ExampleStream: Sendable {
    /// Draws within one class before it counts as used up.
    private static let attempts = 64
    /// Classes tried one after another before an ending split counts as used up.
    private static let patience = 2_000
    /// Spaces of so many problems are watched for their end.
    private static let fewProblems = 65_536.0

    private let wording: InjectionTask.Wording
    private let space: ProblemSpace
    private let membership: Split?
    private let change: (@Sendable (Problem) -> Problem)?
    private let endless: Bool
    private let seed: UInt64
    private let name: String

    private var random: SeededRandom
    private var seen: Set<UInt64> = []
    /// Every problem that was drawn, whichever split it belongs to, where all can be told apart and the stream ends:
    /// when all have been drawn, there are no new ones.
    private var drawn: Set<UInt64>?
    private var order: [Int] = []
    private var nextIndex: Int = 0
    private var pass = 0
    /// Problems drawn so far, those passed over among them.
    public private(set) var position = 0
    /// Prompts that are drawn and not given out: those of the test settings, for training.
    package var heldOut: HeldOutPrompts?

    init(task: InjectionTask, split: Split, seed: Int) throws {
        wording = task.wording
        self.seed = UInt64(bitPattern: Int64(seed))
        switch split {
        case .train, .test:
            (space, membership, change) = (task.problems, split, nil)
            guard split == .train || space.testShare > 0 else {
                throw Failure(.usage, "task \(task.name) has no test split")
            }
        case .testSetting(let wanted):
            guard let setting = task.testSettings.first(where: { $0.name.hasSameBytes(as: wanted) }) else {
                let names = ["train", "test"] + task.testSettings.map(\.name)
                let near = Suggestion.nearest(to: wanted, among: names)
                throw Failure(
                    .usage, "task \(task.name) has no split '\(wanted.prefix(100))'",
                    remedy: (near.map { "Did you mean '\($0)'? " } ?? "") + "Splits: \(names.joined(separator: ", "))")
            }
            switch setting.source {
            case .space(let space): (self.space, membership, change) = (space, nil, nil)
            case .test(let change): (space, membership, self.change) = (task.problems, .test, change)
            }
        }
        endless = split == .train
        drawn = !endless && space.distinct <= Self.fewProblems ? [] : nil
        // The changed test split is drawn as the test split itself, so that the two differ in the change alone.
        name = "\(task.name)/\(change == nil ? split.description : "test")"
        random = SeededRandom(seed: self.seed, stream: name)
    }

    /// The next example; nil where the split has no more.
    public mutating func next() -> Example? {
        while let problem = nextProblem() {
            position += 1
            let example = wording.example(change?(problem) ?? problem)
            if heldOut?.contains(example.prompt) != true { return example }
        }
        return nil
    }

    /// Goes on to a saved position of a stream with the same task, split and seed, by running up to it (a million
    /// examples take seconds).
    public mutating func advance(to target: Int) {
        precondition(target >= position, "a stream runs forward only")
        while position < target, nextProblem() != nil { position += 1 }
    }

    private mutating func nextProblem() -> Problem? {
        switch space.access {
        case .indexed(let count, let problem): nextIndexed(count, problem)
        case .drawn(let draw): nextDrawn(draw)
        }
    }

    private mutating func nextIndexed(_ count: Int, _ problem: (Int) -> Problem) -> Problem? {
        while true {
            if pass == 0 || (nextIndex == order.count && endless && !order.isEmpty) {
                if pass == 0 {
                    order = (0..<count).filter { index in
                        guard let membership else { return true }
                        let problem = problem(index)
                        return space.contains(problem, hash: problem.stableHash, in: membership)
                    }
                }
                random.shuffle(&order)
                nextIndex = 0
                pass += 1
            }
            guard nextIndex < order.count else { return nil }
            nextIndex += 1
            return problem(order[nextIndex - 1])
        }
    }

    private mutating func nextDrawn(_ draw: (inout SeededRandom) -> ProblemSpace.Sampler) -> Problem? {
        for _ in 0..<Self.patience {
            let sampler = draw(&random)
            var repeated: Problem?
            for _ in 0..<Self.attempts {
                let problem = sampler(&random)
                let hash = problem.stableHash
                drawn?.insert(hash)
                if let membership, !space.contains(problem, hash: hash, in: membership) { continue }
                if seen.insert(hash).inserted { return problem }
                repeated = problem
            }
            // The class is used up (or nearly): training repeats it, so that its share stays what it was.
            if endless, let repeated { return repeated }
            if let drawn, Double(drawn.count) >= space.distinct { return nil }
        }
        return nil
    }
}
