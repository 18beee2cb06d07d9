import Ranks

/// Losses of a batch that is spread over ranks.
extension Communicator {
    /// The sums of the shards' numbers, over all ranks.
    package func sum(_ shards: [[Float]]) throws -> [Float] {
        let own = shards.reduce(into: [Double]()) { sums, own in
            sums = sums.isEmpty ? own.map(Double.init) : zip(sums, own).map { $0 + Double($1) }
        }
        let all = try exchange(own)
        return own.indices.map { index in Float(all.reduce(0) { $0 + $1[index] }) }
    }

    /// The value on all parts of a batch, from those of the ranks, without roots.
    package func sum(_ value: LossValue) throws -> LossValue {
        guard !isAlone else { return value }
        let numbers = value.parts.entries.map { Double($0.value) } + [Double(value.total)]
        let all = try exchange(numbers)
        var sum = value
        for (index, entry) in value.parts.entries.enumerated() {
            sum.parts[entry.name] = Float(all.reduce(0) { $0 + $1[index] })
        }
        sum.total = Float(all.reduce(0) { $0 + $1[numbers.count - 1] })
        return sum
    }
}
