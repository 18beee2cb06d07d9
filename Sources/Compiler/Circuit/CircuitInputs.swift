import Basics
import RASP

/// Inputs on which a compiled program does different things.
///
/// Random inputs show little of most programs: hardly any is a sum, and hardly any bracket string is matched. So inputs
/// are bred as a fuzzer breeds them (Zalewski's AFL): one that wakes a hidden unit which none before it has woken is
/// kept, and the kept ones are changed at random. A unit stands for one case of a table or one step of a number, so
/// what counts is which cases an input reaches.
struct CircuitInputs {
    private let model: CompiledModel
    private var random: SeededRandom
    /// Those that woke a unit, in the order in which they were found.
    private(set) var kept: [[Atom]] = []
    private var woken: Set<Unit> = []

    private struct Unit: Hashable {
        let layer: Int
        let unit: Int32
    }

    /// Inputs that are bred at a time, from what was kept before.
    private static let brood = 32

    /// - Parameter tries: how many inputs are run.
    init(_ model: CompiledModel, tries: Int, seed: UInt64) throws {
        self.model = model
        random = SeededRandom(seed: seed, stream: "circuit inputs")
        for _ in 0..<((tries + Self.brood - 1) / Self.brood) {
            // Random ones throughout, so that the search never hangs on what it began with.
            let brood = (0..<Self.brood).map { number in
                kept.isEmpty || number % 4 == 0 ? model.randomInput(&random) : changed(random.pick(kept))
            }
            let units = try concurrentMap(brood, grain: 4) { try Self.units($0, model) }
            for (input, units) in zip(brood, units) where kept.isEmpty || !units.isSubset(of: woken) {
                woken.formUnion(units)
                kept.append(input)
            }
        }
    }

    /// The units that are awake at any token.
    private static func units(_ input: [Atom], _ model: CompiledModel) throws -> Set<Unit> {
        var execution = Execution(model, [model.vocabulary.count] + (try model.encode(input)))
        var units: Set<Unit> = []
        for (number, layer) in model.layers.enumerated() {
            execution.attend(layer.heads)
            let active = layer.activations(SparseVectors(dense: execution.state, width: model.width))
            for entry in active.starts[1]..<active.columns.count {
                units.insert(Unit(layer: number, unit: active.columns[entry]))
            }
            execution.feedForward(layer)
        }
        return units
    }

    /// A few of: another token, two tokens exchanged, one taken out, one put in, a stretch of another input.
    private mutating func changed(_ input: [Atom]) -> [Atom] {
        var input = input
        for _ in 0...random.integer(below: 3) {
            let place = random.integer(below: input.count)
            switch random.integer(below: 5) {
            case 0: input[place] = random.pick(model.vocabulary)
            case 1: input.swapAt(place, random.integer(below: input.count))
            case 2: if input.count > 1 { input.remove(at: place) }
            case 3: if input.count < model.maxLength { input.insert(random.pick(model.vocabulary), at: place) }
            default:
                let other = random.pick(kept)
                let end = min(input.count, place + 1 + random.integer(below: other.count))
                input.replaceSubrange(place..<end, with: other.suffix(end - place))
                input = Array(input.prefix(model.maxLength))
            }
        }
        return input
    }
}
