import Injection
import RASP

/// A prompt somewhere in a text, with the program's answer there.
package struct PlacedPrompt: Sendable {
    /// Everything up to the end of the answer: what stands before the prompt counts as part of it here.
    package var encoded: EncodedExample
    /// Tokens before the prompt itself.
    package var before: Int
    /// Tokens behind the answer.
    package var behind: [Int32]
    /// The interpreter's values, variables x tokens; nil for a run without alignment.
    package var values: [[Atom?]]?

    package var tokens: [Int32] { Array(encoded.tokens[..<encoded.contentCount]) + behind }
    package var count: Int { encoded.contentCount + behind.count }
    /// The tokens of prompt and answer.
    package var own: Range<Int> { before..<encoded.contentCount }
}
