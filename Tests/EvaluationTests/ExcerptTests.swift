import Evaluation
import Testing

@Suite struct ExcerptTests {
    @Test func whatFitsIsWhole() {
        let prompt = "What is the number of 'X' in this text? " + String(repeating: "x y ", count: 20) + ". Answer:"
        #expect(excerpt(prompt) == prompt)
    }

    /// Beginning and end stay, and nothing is lost unsaid.
    @Test func theMiddleIsLeftOut() {
        let prompt = "Is this right? " + String(repeating: "x", count: 500) + " Answer:"
        let shown = excerpt(prompt, longest: 60)
        #expect(shown.hasPrefix("Is this right? x") && shown.hasSuffix("x Answer:"))
        #expect(shown.contains(" … (\(prompt.count - 40) characters) … ") && shown.count < 70)
    }
}
