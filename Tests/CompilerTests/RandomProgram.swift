import Basics
import RASP

/// Random programs over every construct, typed enough that most of them run without an error.
struct RandomProgram {
    private var random: SeededRandom
    private var numbers: [SOp]
    private var others: [SOp]
    private var selectors: [Selector] = []
    let vocabulary: [Atom]
    let maxLength: Int

    static func make(seed: UInt64) -> Program {
        var generator = RandomProgram(seed: seed)
        return generator.program(seed)
    }

    private init(seed: UInt64) {
        random = SeededRandom(seed: seed, stream: "random program")
        let vocabularies: [[Atom]] = [
            ["a", "b", "c"], ["a", "b"], [0, 1, 2], [-1, 2], ["x", 1, 0.5], [true, false],
        ]
        vocabulary = random.pick(vocabularies)
        // Long enough for 20 different inputs.
        maxLength = random.integer(in: vocabulary.count == 2 ? 4...5 : 3...5)
        let isNumeric = vocabulary.allSatisfy(\.isNumeric)
        let length = selectorWidth(selectAll())
        numbers = isNumeric ? [tokens, indices] : [indices]
        if random.integer(below: 3) == 0 { numbers.append(length) }
        others = isNumeric ? [] : [tokens]
        if random.integer(below: 4) == 0 { others.append(constant(random.pick(["k", 1, -2, 0.5]))) }
    }

    private mutating func program(_ seed: UInt64) -> Program {
        var names: [(name: String, sop: SOp)] = []
        for step in 0..<random.integer(in: 3...10) {
            let sop = node()
            if random.integer(below: 4) == 0 { names.append(("v\(step)", sop)) }
        }
        let output = (numbers + others)[max(0, (numbers + others).count - 1 - random.integer(below: 2))]
        let last = random.integer(below: 2) == 0 ? output : node()
        return Program(
            name: "random\(seed)", output: last, outputName: "out", variables: names, vocabulary: vocabulary,
            maxLength: maxLength, causal: random.integer(below: 2) == 0)
    }

    private mutating func any() -> SOp { random.pick(numbers + others) }

    private mutating func node() -> SOp {
        switch random.integer(below: 11) {
        case 8:
            let occurrence = random.pick(Occurrence.allCases)
            if random.integer(below: 2) == 0 {
                let defaults: [Atom?] = [0, nil, -1, 3]
                return keepNumber(
                    pick(selector(depth: 2), random.pick(numbers), default: random.pick(defaults), occurrence))
            }
            let defaults: [Atom?] = ["none", nil, 0]
            return keep(pick(selector(depth: 2), any(), default: random.pick(defaults), occurrence))
        case 9:
            // Places that are chosen to have no value, and what is made of that.
            let gaps = choose(compared(random.pick(numbers), random.pick(numbers)), any(), else: undefined())
            return keep(random.integer(below: 2) == 0 ? gaps : choose(defined(gaps), gaps, else: any()))
        case 0: return keep(unary(any()))
        case 1: return keep(binary(any(), any()))
        case 2: return keepNumber(arithmetic(random.pick(numbers), random.pick(numbers)))
        case 3: return keep(compared(random.pick(numbers), random.pick(numbers)))
        case 4, 5: return keepNumber(selectorWidth(selector(depth: 2)))
        case 6:
            let values = random.pick(numbers)
            let defaults: [Atom?] = [0, nil, -1, 3]
            let reduction: Reduction = random.integer(below: 3) == 0 ? .sum : .mean
            return keepNumber(
                SOp(.aggregate(selector(depth: 2), values, defaultValue: random.pick(defaults), reduction)))
        case 7:
            let defaults: [Atom?] = ["none", nil, 0]
            let near = select(indices, indices + random.integer(in: -2...1), .equal)
            return keep(aggregate(near, any(), default: random.pick(defaults)))
        default:
            let chosen = choose(compared(random.pick(numbers), random.pick(numbers)), any(), else: any())
            return keep(chosen)
        }
    }

    private mutating func keep(_ sop: SOp) -> SOp {
        others.append(sop)
        return sop
    }
    private mutating func keepNumber(_ sop: SOp) -> SOp {
        numbers.append(sop)
        return sop
    }

    private mutating func selector(depth: Int) -> Selector {
        let choice = random.integer(below: depth == 0 ? 4 : 8)
        let selector: Selector
        switch choice {
        case 0: selector = select(indices, indices, random.pick([.less, .lessOrEqual, .equal, .notEqual]))
        case 1: selector = select(any(), any(), .equal)
        case 2:
            let salt = random.next()
            selector = select(any(), any(), named: "random") { Self.hash([$0, $1], salt) % 3 == 0 }
        case 3: selector = select(random.pick(numbers), random.pick(numbers), random.pick([.less, .greaterOrEqual]))
        case 4: selector = self.selector(depth: depth - 1) && self.selector(depth: depth - 1)
        case 5: selector = self.selector(depth: depth - 1) || self.selector(depth: depth - 1)
        case 6: selector = !self.selector(depth: depth - 1)
        default:
            selector = selectors.isEmpty ? Selector(.constant(random.integer(below: 3) > 0)) : random.pick(selectors)
        }
        selectors.append(selector)
        return selector
    }

    private mutating func unary(_ a: SOp) -> SOp {
        let salt = random.next()
        let palette = self.palette()
        return map(a, named: "random map") { palette[Int(Self.hash([$0], salt) % UInt64(palette.count))] }
    }

    private mutating func binary(_ a: SOp, _ b: SOp) -> SOp {
        let salt = random.next()
        let palette = self.palette()
        return sequenceMap(a, b, named: "random map") {
            palette[Int(Self.hash([$0, $1], salt) % UInt64(palette.count))]
        }
    }

    private mutating func palette() -> [Atom] {
        random.pick([
            [true, false], ["p", "q", "r"], [0, 1], ["s", 2, 0.25], [-1, 0, 1], [.tuple([1, "t"]), "u"],
        ])
    }

    private mutating func arithmetic(_ a: SOp, _ b: SOp) -> SOp {
        switch random.integer(below: 7) {
        case 5: return floorDivide(a, b)
        case 0: return a + b
        case 1: return a - b
        case 2: return a * b
        case 3: return a % b
        case 4: return (a + b) * 0.5
        default: return a - random.integer(in: 1...2)
        }
    }

    private mutating func compared(_ a: SOp, _ b: SOp) -> SOp {
        switch random.integer(below: 4) {
        case 0: return a .== b
        case 1: return a .< b
        case 2: return a .>= random.integer(in: 0...2)
        default: return a .> 0.5
        }
    }

    /// Equal atoms hash alike, whatever their kind and whatever the sign of a zero; the same on every run.
    private static func hash(_ atoms: [Atom], _ salt: UInt64) -> UInt64 {
        var state = salt
        for atom in atoms {
            let text = atom.doubleValue.map { String(($0 * 1e6).rounded() + 0) } ?? atom.description
            for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
            state = (state ^ 0xFF) &* 0x100_0000_01B3
        }
        return (state ^ (state >> 29)) % 1_000_003
    }
}
