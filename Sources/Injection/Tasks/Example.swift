import Basics

/// A prompt and the text that has to follow it, leading space included.
public struct Example: Sendable {
    public var prompt: String
    public var answer: String

    public init(prompt: String, answer: String) { (self.prompt, self.answer) = (prompt, answer) }

    /// One line of `tracr-inject data`: `{"prompt": ..., "answer": ...}`, keys in this order.
    public var jsonLine: String {
        JSONValue.object(JSONObject([("prompt", .string(prompt)), ("answer", .string(answer))])).text(indented: false)
    }
}

extension Example: Hashable {
    /// Texts are equal when their bytes are.
    public static func == (left: Example, right: Example) -> Bool {
        left.prompt.hasSameBytes(as: right.prompt) && left.answer.hasSameBytes(as: right.answer)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(ExactString(prompt))
        hasher.combine(ExactString(answer))
    }
}
