import Passes
import RASP

/// A mean that fp32 rounding moves by more than numbers may differ that are taken for equal.
///
/// 0.1, 1000.1 and -1000.2 are held with errors of up to 3e-5, and their mean, 0, has those errors too. Whether numbers
/// cancel so far depends on which of them come together, so that every choice is looked at that could be the one.
struct Cancellation {
    let mean: Double
    let error: Double
    let tolerance: Double

    /// A number that is averaged, what is held instead, and how far that may be off.
    struct Term {
        let number: Double
        let held: Double
        let error: Double
    }

    /// The first choice of up to `most` terms that is found; nil where there is none.
    ///
    /// - Parameter values: what the mean is decoded to, in ascending order; empty where it is shown as it is.
    static func first(_ terms: [Term], upTo most: Int, decodedTo values: [Double]) -> Cancellation? {
        var search = Search(terms, most, values)
        return search.run()
    }
}

/// Goes through the choices of terms, except those that cannot cancel far enough.
private struct Search {
    private let terms: [Cancellation.Term]
    private let most: Int
    private let values: [Double]
    /// What the terms from each on have at most: the error of one, and the least and the largest number.
    private var errors: [Double]
    private var least: [Double]
    private var largest: [Double]
    private var steps = 1 << 17

    init(_ terms: [Cancellation.Term], _ most: Int, _ values: [Double]) {
        // Large terms first: they decide whether the rest can matter.
        self.terms = terms.sorted { abs($0.number) > abs($1.number) }
        self.most = most
        self.values = values
        errors = [0]
        least = [0]
        largest = [0]
        for term in self.terms.reversed() {
            errors.append(max(errors[errors.count - 1], abs(term.held - term.number) + term.error))
            least.append(min(least[least.count - 1], term.number))
            largest.append(max(largest[largest.count - 1], term.number))
        }
        errors.reverse()
        least.reverse()
        largest.reverse()
    }

    /// Depth first: how many there are of the first term, then of the second, and so on.
    ///
    /// Not by recursion: there can be as many terms as a mean has values, and one call for each would overflow the stack.
    mutating func run() -> Cancellation? {
        // What is chosen of the terms before each, and the next amount of that term to be tried.
        var path: [(choice: Choice, amount: Int)] = []
        var entered: Choice? = Choice()
        while true {
            if let choice = entered {
                entered = nil
                steps -= 1
                if canExceed(choice, path.count) {
                    if path.count == terms.count {
                        if let found = check(choice) { return found }
                    } else if steps > 0 {
                        path.append((choice, 0))
                    } else {
                        // Where there are so many choices that cancel, one of them cancels too far.
                        let mean = choice.sum / Double(max(choice.count, 1))
                        return Cancellation(mean: mean, error: errors[0], tolerance: tolerance(mean))
                    }
                }
            }
            guard let (choice, amount) = path.last else { return nil }
            if amount > most - choice.count {
                path.removeLast()
            } else {
                path[path.count - 1].amount += 1
                entered = choice.adding(terms[path.count - 1], amount)
            }
        }
    }

    private struct Choice {
        var count = 0
        var sum = 0.0
        var difference = 0.0
        var error = 0.0
        /// The sum of sizes, and the largest.
        var total = 0.0
        var size = 0.0
        var isWhole = true

        func adding(_ term: Cancellation.Term, _ amount: Int) -> Choice {
            guard amount > 0 else { return self }
            let factor = Double(amount)
            return Choice(
                count: count + amount, sum: sum + factor * term.number,
                difference: difference + factor * (term.held - term.number),
                error: error + factor * term.error, total: total + factor * abs(term.number),
                size: max(size, abs(term.number)),
                isWhole: isWhole && term.number.rounded() == term.number)
        }

        /// What sums in double precision may be off by, the interpreter's and the weights'.
        var rounding: Double { (isWhole ? 0 : 0x1p-53 * Double(count) * total) + 0x1p-53 * Double(count + 2) * total }
    }

    private func check(_ choice: Choice) -> Cancellation? {
        guard choice.count > 0 else { return nil }
        let count = Double(choice.count)
        let mean = choice.sum / count
        let shown = choice.isWhole || choice.count == 1 ? mean : NearestFraction.of(mean, scale: choice.size)
        let error =
            abs(mean - shown) + (abs(choice.difference) + choice.error + choice.rounding) / count + 0x1p-24 * abs(mean)
        let limit = tolerance(shown)
        return error > limit ? Cancellation(mean: shown, error: error, tolerance: limit) : nil
    }

    /// Whether some choice that begins like this can be off by half of what agrees; the error of a sum of k grows with
    /// k, and so does what it may be.
    private func canExceed(_ choice: Choice, _ index: Int) -> Bool {
        let (chosen, all) = (Double(choice.count), Double(most))
        let rest = max(-least[index], largest[index])
        let scale = max(choice.size, rest)
        let roundings = 0x1p-24 + 0x1p-52 * (all + 2)
        let each = errors[index] + roundings * rest + 0x1p-43 * scale
        let error = abs(choice.difference) + choice.error + roundings * choice.total + 0x1p-43 * scale * max(chosen, 1)
        // At least this far from zero, whatever is added.
        let distance = max(
            0, choice.sum + (all - chosen) * least[index], -(choice.sum + (all - chosen) * largest[index]))
        let bound = 0.5 * CompiledModel.agreement
        let worst = each >= bound ? all : min(max(distance, chosen, 1), all)
        return error + (worst - chosen) * each > bound * max(worst, distance)
    }

    /// By how much the mean may be off: so that it agrees, or is decoded to a number that does.
    private func tolerance(_ mean: Double) -> Double {
        guard !values.isEmpty else { return CompiledModel.agreement * max(1, abs(mean)) }
        let distances = [false, true].compactMap {
            CompiledModel.neighbour(of: mean, isAbove: $0, in: values).map { abs($0 - mean) }
        }
        return (distances.min() ?? .infinity) / 2
    }
}

extension NoisePass {
    /// Where a mean is moved too far, with what its source holds as it is now.
    func cancellation(in number: VariableNumber, _ read: MeanRead) -> Cancellation? {
        let variable = variables[number]
        guard !variables[read.source].isOpen else { return cancellationOfUnlisted(read) }
        let values = variable.scalarOrder.map { variable.scalars[$0] }
        let terms = read.numberOfValue.isEmpty ? scalarTerms(read.source) : oneHotTerms(read)
        for set in SelectedValues(variables: variables).sets(of: read.source, in: read.selector) {
            let chosen = set.map { terms[$0] }
            let most = variables.isSameEverywhere(read.source) ? 1 : read.selector.largestWidth
            if let found = Cancellation.first(chosen, upTo: most, decodedTo: values) { return found }
        }
        return nil
    }

    private func scalarTerms(_ source: VariableNumber) -> [Cancellation.Term] {
        variables[source].scalars.map {
            .init(number: $0, held: $0, error: exact.error(layout.scalar(source), ofSize: abs($0)))
        }
    }

    /// A number for each value of a one-hot; undefined has no direction, and the others are written as differences from
    /// its number.
    private func oneHotTerms(_ read: MeanRead) -> [Cancellation.Term] {
        let undefined = variables[read.source].undefinedValue
        let base = undefined.map { read.numberOfValue[$0] } ?? 0
        let defined = read.numberOfValue.indices.filter { $0 != undefined }
        let unset = defined.reduce(0) {
            $0 + abs(read.numberOfValue[$1] - base) * exact.unset[layout.oneHot(read.source, $1)]
        }
        return read.numberOfValue.enumerated().map { value, number in
            guard value != undefined else { return .init(number: number, held: Double(Float(number)), error: unset) }
            return .init(
                number: number, held: Double(Float(base)) + Double(Float(number - base)),
                error: unset + abs(number - base) * exact.set[layout.oneHot(read.source, value)])
        }
    }

    /// The same for the mean of a mean whose values are not listed.
    private func cancellationOfUnlisted(_ read: MeanRead) -> Cancellation? {
        let direction = layout.scalar(read.source)
        let error = exact.error(direction, ofSize: exact.hasBothSigns[direction] ? exact.size[direction] : 1)
        guard error > CompiledModel.agreement else { return nil }
        return Cancellation(mean: 0, error: error, tolerance: CompiledModel.agreement)
    }
}
