import Compiler

extension CompiledModel {
    /// Directions that keep a coordinate of their own: BOS's, and numbers that a hidden unit multiplies by more than
    /// `slope`. A count n is read off a share 1/(n + 1) in steps a fraction of 1/n^2 apart; what other variables would
    /// leave in that direction, however little, would be taken for another count.
    package func steepDirections(above slope: Float = 16) -> [Int] {
        var steep: Set<Int> = []
        for entry in tokenEmbedding.entries where entry.column == vocabulary.count { steep.insert(entry.row) }
        for layer in layers {
            for entry in layer.hidden.entries where abs(entry.weight) > slope { steep.insert(entry.column) }
        }
        return steep.sorted()
    }
}
