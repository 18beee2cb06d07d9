/// Layers of a compiled model that are stored once and executed several times, one round after the other.
public struct RepeatedLayers: Sendable, Hashable {
    /// The first of them among the layers that are stored, from 0.
    public let first: Int
    public let count: Int
    /// How often they are executed.
    public let times: Int

    package init(first: Int, count: Int, times: Int) {
        self.first = first
        self.count = count
        self.times = times
    }
}

extension [RepeatedLayers] {
    /// How many layers are executed where so many are stored.
    func executedCount(stored: Int) -> Int { reduce(stored) { $0 + $1.count * ($1.times - 1) } }

    /// The layers as they are executed. The blocks lie one behind the other.
    func executed<Layer>(_ stored: [Layer]) -> [Layer] {
        var layers: [Layer] = []
        var next = 0
        for block in self {
            layers += stored[next..<block.first]
            next = block.first + block.count
            for _ in 0..<block.times { layers += stored[block.first..<next] }
        }
        return layers + stored[next...]
    }
}
