import Basics
import Foundation

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

/// What a task's generator yields: the part of the prompt that varies, and what the algorithm makes of it.
public struct Problem: Sendable {
    public var input: String
    public var output: String

    public init(_ input: String, _ output: String) { (self.input, self.output) = (input, output) }

    /// A hash that is the same on every machine and in every run (FNV-1a 64 with a final mix), so that it can decide
    /// which side of the train/test split an input is on.
    var stableHash: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in input.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return hash ^ (hash >> 33)
    }
}

/// Which examples of a task.
public enum Split: Hashable, Sendable, CustomStringConvertible {
    case train, test
    /// An out-of-distribution setting, by its name in the command contract.
    case setting(String)

    public init(parsing name: String) {
        switch name {
        case "train": self = .train
        case "test": self = .test
        default: self = .setting(name)
        }
    }

    public var description: String {
        switch self {
        case .train: "train"
        case .test: "test"
        case .setting(let name): name
        }
    }
}
