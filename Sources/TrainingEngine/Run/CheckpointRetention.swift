/// Which checkpoints stay when a new one has been written.
package struct CheckpointRetention {
    /// As many of the newest, and at least one.
    package var last: Int
    /// Those of every so many steps as well; 0: none.
    package var every: Int

    package init(last: Int, every: Int = 0) { (self.last, self.every) = (last, every) }

    /// - Parameter steps: of all checkpoints, oldest first.
    package func superfluous(_ steps: [Int]) -> [Int] {
        steps.dropLast(max(1, last)).filter { every == 0 || $0 % every != 0 }
    }
}
