import Foundation
import Passes

/// Bounds on how far each direction of the residual stream is from what it should hold, at every position of every
/// input.
///
/// States are rounded to fp32 after each sublayer; sums are formed with a precision that differs between readers of the
/// weights. Everything else is known from the weights: directions of a one-hot are 0 or 1 and at most one of them
/// is set, numbers have a largest size.
struct StreamNoise {
    enum Sums {
        /// As this package's executor does, in double precision: the most that any error can be.
        case exact
        /// In fp32, as other readers of the saved weights do: errors of the size to be expected. The most that they
        /// could be depends on the order of each sum, and is out of all proportion to what is ever seen.
        case single

        /// Relative error of one rounding.
        var roundoff: Double { self == .exact ? 0x1p-53 : 0x1p-24 }
        /// The most multiples of a power of two that a number has room for.
        var room: Double { self == .exact ? 0x1p53 : 0x1p24 }
        /// What so many errors of one size add up to: all of them, or the root of their number where signs are random.
        func count(_ count: Int) -> Double { self == .exact ? Double(count) : Double(count).squareRoot() }
    }

    /// What a direction is a part of. Of the values of a one-hot one is set at a time; a number and its flag are apart.
    enum Group: Equatable {
        case variable(VariableNumber)
        case flag(VariableNumber)
    }

    /// Relative error of one rounding of a state.
    static let stateRoundoff = 0x1p-24

    /// How a reader of the weights forms sums, and what is asked about it.
    let sums: Sums
    /// Relative error of whatever is read (`CompilerOptions.readError`).
    private let readError: Double
    /// Error of a direction that should be 0; of a number, the part that does not depend on its size.
    private(set) var unset: PerDirection<Double>
    /// Error of a one-hot's direction that should be 1.
    private(set) var set: PerDirection<Double>
    /// Error of a number relative to its size.
    private(set) var relative: PerDirection<Double>
    /// The largest number that should stand there.
    private(set) var size: PerDirection<Double>
    /// Whether numbers of both signs may stand there, which can cancel.
    private(set) var hasBothSigns: PerDirection<Bool>
    /// The power of two that everything which should stand there is a multiple of.
    private var grid: PerDirection<Double>
    /// Directions of one group are never set together; nil where nothing lies.
    private(set) var group: PerDirection<Group?>
    private var isNumber: PerDirection<Bool>
    /// Error at BOS, where every direction but BOS's own should be 0 between layers.
    var atBOS: PerDirection<Double>

    init(width: Int, bos: Direction, sums: Sums, readError: Double = 0) {
        self.readError = readError
        self.sums = sums
        unset = PerDirection(repeating: 0, width: width)
        set = unset
        relative = unset
        size = unset
        grid = PerDirection(repeating: 1, width: width)
        atBOS = unset
        group = PerDirection(repeating: nil, width: width)
        isNumber = PerDirection(repeating: false, width: width)
        hasBothSigns = isNumber
        size[bos] = 1
    }

    /// The error of an affine form's value: where nothing that it reads is set, and anywhere.
    struct FormError {
        var unset = 0.0
        var anywhere = 0.0
        /// The largest value without error.
        var size = 0.0
        /// How many of the directions can be set at once.
        var groups = 0
        /// What all terms are multiples of; 0 where something is off that is not in the last place of a number.
        var grid = Double.infinity
        /// Whether a sum of them is not rounded.
        func isExact(_ sums: Sums) -> Bool { size <= sums.room * grid }
    }

    /// - Parameter edge: the size of the one number that is read, where less than its largest matters.
    func error(of form: SortedForm, edge: Double? = nil) -> FormError {
        var result = FormError()
        var (extra, largest, rounded) = (0.0, 0.0, 0.0)
        var current: Group?
        var weightError = 0.0
        func closeGroup() {
            result.anywhere += extra
            result.size += largest
            weightError += rounded
            (extra, largest, rounded) = (0, 0, 0)
            result.groups += 1
        }
        var squares = 0.0
        for (direction, weight) in form.terms {
            if group[direction] != current || current == nil { closeGroup() }
            current = group[direction]
            let factor = abs(weight)
            let isClean = unset[direction] == 0 && set[direction] == 0
            result.grid = !isClean ? 0 : min(result.grid, grid[direction] * Float(weight).lowestBit)
            if isNumber[direction] {
                result.unset +=
                    factor * (unset[direction] + (relative[direction] + readError) * (edge ?? size[direction]))
            } else {
                let error = factor * unset[direction]
                if sums == .exact { result.unset += error } else { squares += error * error }
                extra = max(extra, factor * (set[direction] - unset[direction] + readError))
            }
            largest = max(largest, factor * size[direction])
            let stored = Double(Float(weight))
            if stored != weight { rounded = max(rounded, abs(stored - weight) * size[direction]) }
        }
        closeGroup()
        result.unset += squares.squareRoot()
        result.size += abs(form.bias)
        weightError += abs(Double(Float(form.bias)) - form.bias)
        // A term that is smaller than the rounding of a sum is lost in it at worst.
        let lost = min(result.unset, sums.roundoff * result.size * sums.count(form.terms.count))
        if form.bias != 0 { result.grid = min(result.grid, Float(form.bias).lowestBit) }
        let rounding =
            weightError + (result.isExact(sums) ? 0 : sums.roundoff * result.size * sums.count(result.groups + 1))
        result.unset += lost + rounding
        result.anywhere += result.unset
        return result
    }

    /// The errors of a form all of whose terms have one sign, so that nothing can cancel: what does not depend on its
    /// value, and the rest relative to it. nil for any other form.
    func errorWithoutCancellation(of form: SortedForm) -> Increment? {
        let isNegative = form.terms.first.map { $0.weight < 0 } ?? false
        guard form.bias == 0,
            !form.terms.contains(where: { ($0.weight < 0) != isNegative || hasBothSigns[$0.direction] })
        else { return nil }
        var error = Increment()
        for (direction, weight) in form.terms {
            let factor = abs(weight)
            error.unset += factor * unset[direction]
            let rounding = abs(Double(Float(weight)) - weight) / factor
            error.relative = max(
                error.relative, rounding + (isNumber[direction] ? relative[direction] + readError : set[direction]))
        }
        return error
    }

    /// The error of a form's value at BOS beyond what it reads from BOS's own direction.
    func errorAtBOS(of form: SortedForm) -> Double {
        form.terms.reduce(0) { $0 + abs($1.weight) * atBOS[$1.direction] }
    }
}

/// An affine form with its terms in ascending order of direction, sorted once for all that look at it.
struct SortedForm {
    let terms: [(direction: Direction, weight: Double)]
    let bias: Double

    init(_ form: LinearForm) {
        terms = form.terms
        bias = form.bias
    }
}

extension StreamNoise {
    /// What a sublayer adds to a direction's error.
    struct Increment {
        var unset = 0.0
        /// Beyond `unset`, where the direction is set.
        var extra = 0.0
        var relative = 0.0
        /// Whether numbers are no longer multiples of what they should be multiples of.
        var isOffGrid = false
    }

    /// A one-hot's direction begins to hold it.
    mutating func begin(_ direction: Direction, group: Group) {
        self.group[direction] = group
        (size[direction], grid[direction], relative[direction], isNumber[direction]) = (1, 1, 0, false)
    }

    /// A direction begins to hold one of these numbers.
    ///
    /// - Parameter range: all of them lie in it; they may not all be listed.
    mutating func begin(
        _ direction: Direction, group: Group, numbers: [Double], in range: ClosedRange<Double>, areListed: Bool
    ) {
        self.group[direction] = group
        size[direction] = max(abs(range.lowerBound), abs(range.upperBound))
        hasBothSigns[direction] = range.lowerBound < 0 && range.upperBound > 0
        isNumber[direction] = true
        let stored = areListed && numbers.allSatisfy { Double(Float($0)) == $0 }
        // Rounded numbers are multiples of the last place of the smallest.
        let least = numbers.lazy.filter { $0 != 0 }.map {
            stored ? $0.lowestBit : exp2(log2(abs($0)).rounded(.down)) * Self.stateRoundoff / 2
        }
        grid[direction] = areListed ? least.min() ?? 1 : 0
        relative[direction] = stored ? 0 : Self.stateRoundoff
    }

    /// A direction is written: errors add up, then the state is rounded.
    mutating func add(_ increment: Increment, to direction: Direction) {
        let error = unset[direction] + increment.unset
        unset[direction] = error * (1 + Self.stateRoundoff)
        guard !isNumber[direction] else {
            if error == 0, increment.relative == 0 { return }
            relative[direction] = max(relative[direction], increment.relative + Self.stateRoundoff)
            if increment.isOffGrid { grid[direction] = 0 }
            return
        }
        // The fp32 number next to 1 is 2^-24 away: a smaller error than half of that is rounded off.
        let total = error + increment.extra
        set[direction] = total < 0x1p-25 ? 0 : total + Self.stateRoundoff
    }

    /// A direction's value is subtracted from itself; what is left is what had the other sign.
    mutating func clear(_ direction: Direction) {
        set[direction] = unset[direction]
        (relative[direction], size[direction], grid[direction], group[direction], isNumber[direction]) = (
            0, 0, 1, nil, false
        )
        hasBothSigns[direction] = false
    }

    /// How much larger the error of a one-hot's direction is where it is set.
    func errorWhenSet(_ direction: Direction) -> Double {
        isNumber[direction] ? 0 : max(0, set[direction] - unset[direction])
    }

    /// The error of a number of this size in the direction.
    func error(_ direction: Direction, ofSize size: Double) -> Double { unset[direction] + relative[direction] * size }
}

extension BinaryFloatingPoint {
    /// The largest power of two that the number is a multiple of; infinite for 0.
    var lowestBit: Double {
        guard self != 0 else { return .infinity }
        let trailing = Self.significandBitCount - significandBitPattern.trailingZeroBitCount
        return exp2(Double(exponent) - Double(significandBitPattern == 0 ? 0 : trailing))
    }
}
