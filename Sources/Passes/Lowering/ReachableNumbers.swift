import RASP

/// The numbers that a mean (or sum) of up to n numbers out of a few can be, by whichever way of listing them is exact
/// and short.
///
/// Whole numbers have sums without rounding. Of others, the combinations are listed where they are few, since then it
/// is known which doubles each can be; else sums are intervals of doubles (`ReachableMeans`).
struct ReachableNumbers: Hashable {
    let reduction: Reduction
    /// The doubles that each of the numbers can be.
    let terms: [[Double]]
    let most: Int
    let limit: Int

    /// One number: all doubles it can be, in ascending order, and how far apart two of them can be by rounding.
    struct Entry {
        var doubles: [Double]
        var rounding = 0.0
    }

    /// nil when they are more than `limit`, or when rounding makes one number too many doubles.
    func list() -> [Entry]? {
        guard !terms.isEmpty else { return reduction == .sum ? [Entry(doubles: [0])] : [] }
        if let sums = WholeSums(of: terms, upTo: most) { return list(sums) }
        if Combinations.count(kinds: terms.count, upTo: most, limit: limit) != nil, let list = listCombinations() {
            return list
        }
        return listIntervals()
    }

    private func list(_ sums: WholeSums) -> [Entry]? {
        var numbers: [Double] = reduction == .sum ? [0] : []
        var isTooLong = false
        sums.forEachCount { count, sums in
            numbers += sums.map { reduction == .sum ? Double($0) : Double($0) / Double(count) }
            if numbers.count > 2 * limit { numbers = Self.distinct(numbers) }
            isTooLong = numbers.count > 2 * limit
            return !isTooLong
        }
        numbers = Self.distinct(numbers)
        return isTooLong || numbers.count > limit ? nil : numbers.map { Entry(doubles: [$0]) }
    }

    private static func distinct(_ numbers: [Double]) -> [Double] {
        var result: [Double] = []
        for number in numbers.sorted() where result.last != number { result.append(number) }
        return result
    }

    private func listCombinations() -> [Entry]? {
        var entries: [Entry] = reduction == .sum ? [Entry(doubles: [0])] : []
        // Of one number there may be far more kinds than of several.
        guard most > 1 else { return Self.united(entries + terms.map { Entry(doubles: Self.distinct($0)) }) }
        let isComplete = Combinations(of: terms, upTo: most).forEachChoice { entries.append(entry($0)) }
        return isComplete ? Self.united(entries) : nil
    }

    /// What the interpreter makes of a choice.
    private func entry(_ choice: Combinations.Choice) -> Entry {
        if choice.count == 1 { return Entry(doubles: choice.sums) }
        let divisor = reduction == .sum ? 1 : Double(choice.count)
        let numbers = choice.sums.map {
            choice.isWhole ? $0 / divisor : NearestFraction.of($0 / divisor, scale: choice.largest)
        }
        // What differs by more than the rounding of each step of the sum is not the same number.
        let rounding = choice.isWhole ? 0 : 0x1p-52 * Double(choice.count + 4) * choice.total / divisor
        return Entry(doubles: Self.distinct(numbers), rounding: rounding)
    }

    private func listIntervals() -> [Entry]? {
        let values = terms.map { ($0.min() ?? 0)...($0.max() ?? 0) }
        let intervals =
            reduction == .sum
            ? ReachableMeans.sums(of: [0...0] + values, upTo: most, limit: limit)
            : ReachableMeans.list(of: values, upTo: most, limit: limit)
        let rounding = 1e-12 * values.reduce(0) { max($0, abs($1.lowerBound), abs($1.upperBound)) }
        return intervals.flatMap { intervals in
            var entries: [Entry] = []
            for interval in intervals {
                guard let doubles = Spellings.doubles(in: interval) else { return nil }
                entries.append(Entry(doubles: doubles, rounding: rounding))
            }
            return entries
        }
    }

    /// In ascending order, with numbers that differ by rounding only made one.
    static func united(_ entries: [Entry]) -> [Entry] {
        var result: [Entry] = []
        for entry in entries.sorted(by: { $0.doubles[0] < $1.doubles[0] }) {
            if let last = result.last, let end = last.doubles.last,
                entry.doubles[0] - end <= max(entry.rounding, last.rounding)
            {
                result[result.count - 1] = Entry(
                    doubles: distinct(last.doubles + entry.doubles), rounding: max(entry.rounding, last.rounding))
            } else {
                result.append(entry)
            }
        }
        return result
    }
}
