/// A `loop` of a program's text, described by what its body makes of a state in any one round.
///
/// The program's own s-ops have the loop unrolled, each round with nodes of its own. From a repetition a compiler can make
/// one block of layers that is executed once for each round.
package struct Repetition: Sendable {
    /// A name that the body assigns an s-op to.
    package struct State: Sendable {
        package let name: String
        /// The value before the first round; nil where the name is new in the body.
        package let initial: SOp?
        /// What stands in `next` for the value before a round. It is no part of the program.
        package let previous: SOp
        /// The value after a round, as a function of the values before it. No part of the program either.
        package let next: SOp
        /// The program's own s-op that is the value after the last round; nil where that is no s-op.
        package internal(set) var last: SOp?
    }

    package let rounds: Int
    package let span: SourceSpan
    package internal(set) var states: [State]
    /// Why one description does not fit all rounds, where that is so; `states` is then empty.
    package let refusal: RASPError?
}
