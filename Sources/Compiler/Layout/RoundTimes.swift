import Passes

/// In which layer something happens when every loop's block is executed as often as it has rounds.
struct RoundTimes {
    let blocks: [LoopBlock]

    /// The layer of a half-layer, from 1, where the block that it lies in is in this round, from 1; in the last round where
    /// none is given.
    func layer(of time: Int, round: Int? = nil) -> Int {
        blocks.reduce((time + 1) / 2) { layer, block in
            let length = (block.end - block.start) / 2
            if time > block.end { return layer + (block.rounds - 1) * length }
            return block.contains(time) ? layer + ((round ?? block.rounds) - 1) * length : layer
        }
    }

    /// The block in which something is written in every round.
    func block(of time: Int) -> LoopBlock? { blocks.first { $0.contains(time) } }
}
