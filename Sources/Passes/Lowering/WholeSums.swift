/// Sums of whole numbers: a bit for each number between the least sum and the largest.
struct WholeSums {
    private let numbers: [Int]
    private let least: Int
    private let unit: Int
    private let most: Int

    /// nil where the numbers are not whole or too far apart.
    init?(of numbers: [[Double]], upTo n: Int) {
        var whole: [Int] = []
        for number in numbers {
            guard number.count == 1, let integer = Int(exactly: number[0]), abs(integer) <= 1 << 50 / max(n, 1) else {
                return nil
            }
            whole.append(integer)
        }
        guard let least = whole.min(), let largest = whole.max() else { return nil }
        unit = max(whole.reduce(0) { Self.commonDivisor($0, $1 - least) }, 1)
        guard (largest - least) / unit <= (1 << 22) / max(n, 1) else { return nil }
        self.numbers = whole.map { [least, unit] in ($0 - least) / unit }
        self.least = least
        most = n
    }

    /// Calls `body` with every sum of `count` numbers, for each count from 1, in ascending order, until it says stop.
    func forEachCount(_ body: (_ count: Int, _ sums: [Int]) -> Bool) {
        let words = ((numbers.max() ?? 0) * most) / 64 + 1
        var bits = [UInt64](repeating: 0, count: words)
        bits[0] = 1
        for count in stride(from: 1, through: most, by: 1) {
            var next = [UInt64](repeating: 0, count: words)
            for number in numbers {
                let (skipped, shift) = (number / 64, UInt64(number % 64))
                for index in skipped..<words {
                    next[index] |= bits[index - skipped] << shift
                    if shift > 0, index > skipped { next[index] |= bits[index - skipped - 1] >> (64 - shift) }
                }
            }
            bits = next
            var sums: [Int] = []
            for (index, word) in bits.enumerated() {
                var rest = word
                while rest != 0 {
                    sums.append((index * 64 + rest.trailingZeroBitCount) * unit + count * least)
                    rest &= rest - 1
                }
            }
            guard body(count, sums) else { return }
        }
    }

    private static func commonDivisor(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
