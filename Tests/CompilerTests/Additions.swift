import RASP

/// The sum of two numbers of so many digits, answered digit by digit from the most significant one on, written as
/// tracr's primitives ask for it: heads that shift, maps of two variables at a time, and no value but the answer under
/// a name. The ways differ in how they bring the carries and the lower digits together, which trades depth for width.
struct Addition: Sendable, CustomStringConvertible {
    enum Way: String, CaseIterable, Sendable {
        /// The lower columns become one number, carries and all.
        case number
        /// Carries go from column to column, and the lower digits become one number.
        case digits
        /// Carries go from column to column, and lower digits are looked at one after the other.
        case picks
    }

    let digitCount: Int
    let way: Way
    let maxLength: Int
    var description: String { "\(digitCount) digits, \(way.rawValue), length \(maxLength)" }

    static let symbols = (0...9).map { Atom.string(String($0)) }
    static let vocabulary = symbols + ["+", "=", "other"]

    var program: Program {
        Program(
            name: "addition", output: next, outputName: "next", vocabulary: Self.vocabulary, maxLength: maxLength,
            causal: true)
    }

    /// The token some places back; the first positions read themselves.
    private func back(_ distance: Int, _ values: SOp = tokens) -> SOp {
        aggregate(
            select(indices, indices) { key, query in
                guard let key = key.integerValue, let query = query.integerValue else { return false }
                return key == (query < distance ? query : query - distance)
            }, values)
    }

    /// Where a sign occurs twice, digits are means; the nearest number stands in.
    private static func nearest(_ atom: Atom) -> Int { Int(((atom.doubleValue ?? 0) - 0.5).rounded(.up)) }

    private static func value(_ token: Atom) -> Int? { symbols.firstIndex(of: token) }

    /// The digit some places before a sign, 0 where the number is shorter. The place before a sign always has a digit.
    private func digits(before previous: [SOp]) -> [SOp] {
        var result = previous.prefix(2).map { token in map(token) { .int(Self.value($0) ?? 0) } }
        var isWithin = previous[1]
        for token in previous.dropFirst(2) {
            result.append(sequenceMap(isWithin, token) { Self.value($0) == nil ? 0 : .int(Self.value($1) ?? 0) })
            isWithin = sequenceMap(isWithin, token) { Self.value($0) == nil ? $0 : $1 }
        }
        return result
    }

    /// How far back the nearest `=` is, up to the number of digits.
    private func offset(_ previous: SOp) -> SOp {
        let near = sequenceMap(tokens, previous) { $0 == "=" ? 0 : $1 == "=" ? 1 : 2 }
        var offset = near
        for distance in stride(from: 2, through: digitCount, by: 2) {
            let far = back(distance, near)
            let reach = distance + 2
            offset = sequenceMap(offset, far) { near, far in
                let (near, far) = (Self.nearest(near), Self.nearest(far))
                return near < distance ? .int(near) : far < 2 ? .int(distance + far) : .int(reach)
            }
        }
        return offset
    }

    private var next: SOp {
        let previous = (1...digitCount).map { back($0) }
        let digits = digits(before: previous)
        let first = select(tokens, tokens) { key, _ in key == "+" }
        let second = select(tokens, tokens) { key, _ in key == "=" }
        let operands = digits.map { (aggregate(first, $0), aggregate(second, $0)) }
        func plus(_ a: SOp, _ b: SOp) -> SOp { sequenceMap(a, b) { .int(Self.nearest($0) + Self.nearest($1)) } }
        let columns = operands.map { plus($0, $1) }
        let place = offset(previous[0])
        let top = digitCount - 1
        // What the highest column and the carry into it leave to find out, by a number for each pair of results.
        let states = AnswerStates(lowerDigits: top)
        let classes = sequenceMap(place, columns[top]) { place, column in
            .int(
                states.number(
                    of: [0, 1].map {
                        states.state(Self.nearest(place), highest: Self.nearest(column) + $0)
                    }))
        }
        if way == .number {
            let lower = columns[..<top].reversed().reduce(nil as SOp?) { number, column in
                number.map { sequenceMap($0, column) { .int(10 * Self.nearest($0) + Self.nearest($1)) } } ?? column
            }
            return sequenceMap(classes, lower ?? columns[0]) {
                states.symbol(Self.nearest($0), lower: Self.nearest($1))
            }
        }
        var carry = sequenceMap(operands[0].0, operands[0].1) { Self.nearest($0) + Self.nearest($1) > 9 ? 1 : 0 }
        var lowerDigits = [
            sequenceMap(operands[0].0, operands[0].1) { .int((Self.nearest($0) + Self.nearest($1)) % 10) }
        ]
        for column in columns[..<top].dropFirst() {
            lowerDigits.append(sequenceMap(column, carry) { .int((Self.nearest($0) + Self.nearest($1)) % 10) })
            carry = sequenceMap(column, carry) { Self.nearest($0) + Self.nearest($1) > 9 ? 1 : 0 }
        }
        let known = sequenceMap(classes, carry) {
            .int(states.number(of: [states.pair(Self.nearest($0))[$1 == 1 ? 1 : 0]]))
        }
        if way == .digits {
            let lower = lowerDigits.reversed().reduce(nil as SOp?) { number, digit in
                number.map { sequenceMap($0, digit) { .int(10 * Self.nearest($0) + Self.nearest($1)) } } ?? digit
            }
            return sequenceMap(known, lower ?? lowerDigits[0]) {
                states.symbol(Self.nearest($0), digits: Self.nearest($1))
            }
        }
        var state = known
        for (power, digit) in lowerDigits.enumerated().reversed() {
            state = sequenceMap(state, digit) { state, digit in
                let after = states.pair(Self.nearest(state))[0].reading(Self.nearest(digit), power: power)
                if power == 0, case .symbol(let symbol) = after { return symbol }
                return .int(states.number(of: [after]))
            }
        }
        return state
    }
}

/// What is still to find out about the next symbol of the answer.
enum AnswerState: Hashable, Sendable {
    case symbol(Atom)
    /// The lower digit of this power of ten.
    case digit(Int)
    /// The symbol at this place among the lower digits, leading zeros left out.
    case place(Int)

    func reading(_ digit: Int, power: Int) -> AnswerState {
        switch self {
        case .symbol: self
        case .digit(let wanted): wanted == power ? .symbol(Addition.symbols[digit]) : self
        case .place(let place):
            if digit == 0, power > 0 {
                self
            } else if place == 0 {
                .symbol(Addition.symbols[digit])
            } else {
                place <= power ? .digit(power - place) : .symbol("eos")
            }
        }
    }
}

/// Numbers for states, and for pairs of states, of which the carry decides: a map of two variables gives one number.
struct AnswerStates: Sendable {
    let lowerDigits: Int
    private let all: [[AnswerState]]
    private let numbers: [[AnswerState]: Int]

    init(lowerDigits: Int) {
        self.lowerDigits = lowerDigits
        let places = (0..<lowerDigits)
        let single =
            Addition.symbols.map(AnswerState.symbol) + [.symbol("eos")]
            + places.map(AnswerState.digit) + places.map(AnswerState.place)
        all = single.map { [$0] } + single.flatMap { a in single.map { [a, $0] } }
        numbers = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1, $0) })
    }

    func number(of states: [AnswerState]) -> Int { numbers[states] ?? 0 }
    func pair(_ number: Int) -> [AnswerState] { all[number] }

    /// - Parameter highest: the highest column with its carry, 0 to 19.
    func state(_ offset: Int, highest: Int) -> AnswerState {
        let symbols = highest == 0 ? [] : Array(String(highest)).map { Atom.string(String($0)) }
        if offset < symbols.count { return .symbol(symbols[offset]) }
        let place = offset - symbols.count
        guard place < lowerDigits else { return .symbol("eos") }
        return symbols.isEmpty ? .place(place) : .digit(lowerDigits - 1 - place)
    }

    func symbol(_ state: AnswerState, digits: Int) -> Atom {
        var (state, rest) = (state, digits)
        var power = (0..<lowerDigits).reduce(1) { power, _ in 10 * power }
        for place in (0..<lowerDigits).reversed() {
            power /= 10
            state = state.reading(rest / power, power: place)
            rest %= power
        }
        if case .symbol(let symbol) = state { return symbol }
        return "eos"
    }

    func symbol(_ number: Int, digits: Int) -> Atom { symbol(pair(number)[0], digits: digits) }

    /// - Parameter lower: the lower columns as one number, which can be too large by one carry.
    func symbol(_ number: Int, lower: Int) -> Atom {
        let top = (0..<lowerDigits).reduce(1) { power, _ in 10 * power }
        return symbol(pair(number)[lower / top], digits: lower % top)
    }
}
