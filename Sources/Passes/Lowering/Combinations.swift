/// Every choice of some numbers out of a few kinds, order left out, each with all doubles that its sum can be.
///
/// The sum of 0.1, 1000.1 and -1000.2 is one double in one order and another in another. It is found from the sums of
/// the choices with one number fewer, whichever of them is added last.
struct Combinations {
    /// The doubles that each kind of number can be.
    private let kinds: [[Double]]
    private let most: Int
    /// `binomials[n][k]`, as far as they number choices.
    private let binomials: [[Int]]
    /// More doubles than this for one choice are not listed.
    private static let mostSums = 64

    /// One choice.
    struct Choice {
        let count: Int
        /// In ascending order.
        let sums: [Double]
        /// The largest size of a number in it, and the sum of all their sizes.
        let largest: Double
        let total: Double
        /// Whether all of it are whole numbers whose sums are not rounded.
        let isWhole: Bool
    }

    /// How many choices there are of 1 to `n` out of so many kinds; nil when that is more than `limit`.
    static func count(kinds: Int, upTo n: Int, limit: Int) -> Int? {
        var count = 1
        for index in stride(from: 1, through: min(kinds, n), by: 1) {
            let (product, overflow) = count.multipliedReportingOverflow(by: max(kinds, n) + index)
            guard !overflow, product / index <= limit else { return nil }
            count = product / index
        }
        return count - 1
    }

    /// - Parameter n: the most numbers of a choice; `count` says whether the choices are few enough.
    init(of kinds: [[Double]], upTo n: Int) {
        self.kinds = kinds
        most = n
        var rows = [[1] + [Int](repeating: 0, count: kinds.count)]
        for _ in 0..<(n + kinds.count) {
            let last = rows[rows.count - 1]
            rows.append(
                [1]
                    + (1...max(kinds.count, 1)).map { index in
                        index < last.count ? last[index - 1].addingReportingOverflow(last[index]).partialValue : 0
                    })
        }
        binomials = rows
    }

    /// Calls `body` for every choice.
    ///
    /// - Returns: whether every sum is one of few doubles; where one is not, the choices from there on are left out.
    func forEachChoice(_ body: (Choice) -> Void) -> Bool {
        let sizes = kinds.map { $0.reduce(0) { max($0, abs($1)) } }
        let areWhole = zip(kinds, sizes).map {
            $0.count == 1 && $0[0].rounded() == $0[0] && $1 <= 0x1p53 / Double(most + 1)
        }
        var shorter: [[Double]] = [[0]]
        for count in stride(from: 1, through: most, by: 1) {
            var sums: [[Double]] = []
            var dividers = Dividers(count: count, kinds: kinds.count)
            repeat {
                let amounts = dividers.amounts
                guard let own = self.sums(amounts, dividers.places, shorter) else { return false }
                sums.append(own)
                let chosen = amounts.indices.filter { amounts[$0] > 0 }
                body(
                    Choice(
                        count: count, sums: own, largest: chosen.reduce(0) { max($0, sizes[$1]) },
                        total: chosen.reduce(0) { $0 + Double(amounts[$1]) * sizes[$1] },
                        isWhole: chosen.allSatisfy { areWhole[$0] }))
            } while dividers.advance()
            shorter = sums
        }
        return true
    }

    /// The sums of a choice from those of the choices with one number fewer, which are numbered as `Dividers` lists
    /// them.
    private func sums(_ amounts: [Int], _ places: [Int], _ shorter: [[Double]]) -> [Double]? {
        // A number taken away from a kind moves every divider behind it down by one.
        var number = places.enumerated().reduce(0) { $0 + binomials[max($1.element - 1, 0)][$1.offset + 1] }
        var result: [Double] = []
        for (kind, amount) in amounts.enumerated() {
            if amount > 0 {
                for sum in shorter[number] { for value in kinds[kind] { result.append(sum + value) } }
            }
            guard kind < places.count else { break }
            number += binomials[places[kind]][kind + 1] - binomials[max(places[kind] - 1, 0)][kind + 1]
        }
        result.sort()
        var last = Double.nan
        result.removeAll { sum in
            defer { last = sum }
            return sum == last
        }
        return result.count <= Self.mostSums ? result : nil
    }
}

/// A choice of `count` things of several kinds as dividers between them: |aa|b||c is two of the first kind, one of the
/// second, none of the third. All places of the dividers are taken in turn, in the order in which the combinatorial
/// number system counts them.
private struct Dividers {
    private let count: Int
    private(set) var places: [Int]

    init(count: Int, kinds: Int) {
        self.count = count
        places = Array(0..<max(kinds - 1, 0))
    }

    /// How many of each kind.
    var amounts: [Int] {
        var amounts: [Int] = []
        amounts.reserveCapacity(places.count + 1)
        var last = -1
        for place in places {
            amounts.append(place - last - 1)
            last = place
        }
        amounts.append(count + places.count - 1 - last)
        return amounts
    }

    mutating func advance() -> Bool {
        for index in places.indices {
            let end = index + 1 < places.count ? places[index + 1] : count + places.count
            if places[index] + 1 < end {
                places[index] += 1
                for earlier in 0..<index { places[earlier] = earlier }
                return true
            }
        }
        return false
    }
}
