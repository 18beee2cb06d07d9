import Basics

/// A task's settings outside the training distribution.
public struct OutOfDistributionResult: SuiteResult {
    public struct Setting: Sendable {
        public var name: String
        public var accuracy: Accuracy
        /// Whether the compiled model answers these examples.
        public var compiledSupports: Bool
        /// The share of variables decoded; nil where the compiled model does not answer.
        public var decoding: Double?
    }

    public var testSettings: [Setting]

    public var json: JSONValue {
        .object(
            JSONObject(
                testSettings.map { setting in
                    var object = setting.accuracy.members
                    object["compiled_supports"] = .bool(setting.compiledSupports)
                    object["decoding"] = setting.decoding.map { .number($0) }
                    return (setting.name, .object(object))
                }))
    }

    init(_ testSettings: [Setting]) { self.testSettings = testSettings }

    public init?(_ json: JSONValue) {
        guard let members = json.object?.members else { return nil }
        testSettings = []
        for (name, value) in members {
            guard let accuracy = Accuracy(value), let supports = value["compiled_supports"]?.bool else { return nil }
            testSettings.append(
                Setting(name: name, accuracy: accuracy, compiledSupports: supports, decoding: value["decoding"]?.share))
        }
    }
}
