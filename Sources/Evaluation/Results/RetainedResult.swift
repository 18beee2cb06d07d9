import Basics

/// What a student has kept of one public task, beside the original.
public struct RetainedResult: SuiteResult {
    public var proportion: Proportion
    /// Prompts that are longer than the student's context.
    public var cut: Int
    public var retention: RetentionProtocol
    /// nil where the original is not there.
    public var originalAccuracy: Double?

    public var json: JSONValue {
        .object(
            JSONObject(
                proportion.members + [
                    ("cut", .integer(cut)), ("protocol", .string(retention.rawValue)),
                    ("original_accuracy", .measure(originalAccuracy)),
                ]))
    }

    init(_ own: Retained, original: Retained?, protocol retention: RetentionProtocol) {
        (proportion, cut, self.retention) = (own.proportion, own.cut, retention)
        originalAccuracy = original?.proportion.value
    }

    public init?(_ json: JSONValue) {
        guard let proportion = Proportion(json), let cut = json["cut"]?.count,
            let retention = json["protocol"]?.string.flatMap(RetentionProtocol.init(rawValue:))
        else { return nil }
        (self.proportion, self.cut, self.retention) = (proportion, cut, retention)
        originalAccuracy = json["original_accuracy"]?.share
    }
}
