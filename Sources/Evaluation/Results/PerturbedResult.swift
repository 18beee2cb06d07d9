import Basics

/// How far the student follows the program on test prompts with other tokens put in.
public struct PerturbedResult: SuiteResult {
    public var accuracy: Accuracy
    /// The share of variables decoded; nil for a run without alignment.
    public var decoding: Double?

    public var json: JSONValue {
        var object = accuracy.members
        object["decoding"] = decoding.map { .number($0) }
        return .object(object)
    }

    init(accuracy: Accuracy, decoding: Double?) { (self.accuracy, self.decoding) = (accuracy, decoding) }

    public init?(_ json: JSONValue) {
        guard let accuracy = Accuracy(json) else { return nil }
        self.init(accuracy: accuracy, decoding: json["decoding"]?.share)
    }
}
