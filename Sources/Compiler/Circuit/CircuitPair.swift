import Basics
import RASP

/// Two inputs of one length: the one that is run, and the one whose values it is given.
public struct CircuitPair: Sendable, Hashable {
    public let base: [Atom]
    public let source: [Atom]

    /// - Precondition: Both have the same length.
    public init(base: [Atom], source: [Atom]) {
        precondition(base.count == source.count, "a pair has inputs of \(base.count) and \(source.count) tokens")
        (self.base, self.source) = (base, source)
    }
}

extension CompiledModel {
    /// Pairs on which much of the program shows: a quarter of the bases are random, the others were bred to reach
    /// different cases of its tables (`CircuitInputs`). The source is in equal parts the base with another token, the
    /// base with its tokens in another order, a bred input, and a random one.
    ///
    /// - Parameter bred: how many inputs are tried in breeding.
    /// - Throws: `Failure` when the model cannot read its own inputs, which would be a defect.
    public func circuitPairs(_ count: Int, seed: UInt64 = 0, bred: Int = 2_048) throws -> [CircuitPair] {
        let inputs = try CircuitInputs(self, tries: bred, seed: seed).kept
        var random = SeededRandom(seed: seed, stream: "circuit pairs")
        return (0..<count).map { number in
            let base = number % 4 == 0 ? randomInput(&random) : random.pick(inputs)
            var source = base
            switch random.integer(below: 4) {
            case 0: source[random.integer(below: source.count)] = random.pick(vocabulary)
            case 1: random.shuffle(&source)
            case 2:
                // Laid over the base, at the end, where most programs answer.
                let other = random.pick(inputs).suffix(base.count)
                source.replaceSubrange((base.count - other.count)..., with: other)
            default:
                let pool = random.integer(below: 2) == 0 ? vocabulary : [random.pick(vocabulary), random.pick(base)]
                source = base.map { _ in random.pick(pool) }
            }
            return CircuitPair(base: base, source: source)
        }
    }
}
