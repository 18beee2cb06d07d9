/// The half-layers of a loop's body, which are stored once and executed once for each round.
///
/// Everything that a round computes is taken out of the stream again by its end, so that each round finds what the first
/// one found: what was computed before the loop, and the state, in the same directions, with other values.
package struct LoopBlock: Sendable {
    /// A variable of the state.
    package struct State: Sendable {
        /// What a round finds: before the first one, the initial value.
        package let before: VariableNumber
        /// What a round leaves in the same directions.
        package let after: VariableNumber

        package init(before: VariableNumber, after: VariableNumber) {
            self.before = before
            self.after = after
        }
    }

    /// The half-layer of the MLP before the block, or 0.
    package let start: Int
    /// The half-layer of the block's last MLP, which writes the new state in place of the old one.
    package let end: Int
    package let rounds: Int
    package let states: [State]

    package init(start: Int, end: Int, rounds: Int, states: [State]) {
        self.start = start
        self.end = end
        self.rounds = rounds
        self.states = states
    }

    /// Whether what is written at this half-layer is written in every round.
    package func contains(_ time: Int) -> Bool { time > start && time <= end }
}
