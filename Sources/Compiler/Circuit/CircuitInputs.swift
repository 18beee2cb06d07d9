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
    /// Of all hidden units, layer after layer, those that one of these woke.
    private var woken: [Bool]

    /// Inputs that are bred at a time, from what was kept before.
    private static let brood = 32

    /// - Parameter tries: how many inputs are run.
    init(_ model: CompiledModel, tries: Int, seed: UInt64) throws {
        self.model = model
        random = SeededRandom(seed: seed, stream: "circuit inputs")
        woken = [Bool](repeating: false, count: model.layers.reduce(0) { $0 + $1.hiddenCount })
        for _ in 0..<((tries + Self.brood - 1) / Self.brood) {
            // Random ones throughout, so that the search never hangs on what it began with.
            let brood = (0..<Self.brood).map { number in
                kept.isEmpty || number % 4 == 0 ? model.randomInput(&random) : changed(random.pick(kept))
            }
            let units = try concurrentMap(brood, grain: 4) { try Self.units($0, model) }
            for (input, units) in zip(brood, units) {
                guard kept.isEmpty || units.contains(where: { !woken[$0] }) else { continue }
                for unit in units { woken[unit] = true }
                kept.append(input)
            }
        }
    }

    /// The units that are awake at any token, numbered layer after layer; one is named as often as it is awake.
    private static func units(_ input: [Atom], _ model: CompiledModel) throws -> [Int] {
        var execution = Execution(model, [model.vocabulary.count] + (try model.encode(input)))
        var units: [Int] = []
        var first = 0
        for layer in model.layers {
            execution.attend(layer.heads)
            let active = execution.feedForward(layer)
            if active.count > 0 { units += active.columns[active.starts[1]...].map { first + Int($0) } }
            first += layer.hiddenCount
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
