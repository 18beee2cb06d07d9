import Foundation
import Serialization

/// What is done to text before it is cut into words: Unicode's normalization forms and small letters, in order.
struct TextNormalizer: Sendable {
    private enum Step: String, CaseIterable {
        case canonicalComposition = "NFC"
        case canonicalDecomposition = "NFD"
        case compatibilityComposition = "NFKC"
        case compatibilityDecomposition = "NFKD"
        case lowercase = "Lowercase"
    }

    private let steps: [Step]

    /// - Throws: `.badData` naming a normalizer that is not known.
    /// - Returns: nil for one that does nothing.
    init?(_ json: JSONValue?, at place: String) throws(Failure) {
        steps = try Self.steps(json, at: place)
        if steps.isEmpty { return nil }
    }

    private static func steps(_ json: JSONValue?, at place: String) throws(Failure) -> [Step] {
        guard let json, json != .null else { return [] }
        let type = json["type"]?.string ?? json.kind
        if type == "Sequence" {
            var steps: [Step] = []
            for item in json["normalizers"]?.array ?? [] { steps += try self.steps(item, at: place) }
            return steps
        }
        guard let step = Step(rawValue: type) else {
            throw Failure(
                .badData, "the tokenizer's normalizer is \(quoted(type)), which is not supported", at: place,
                remedy: "Supported are \(Step.allCases.map(\.rawValue).joined(separator: ", ")) and a Sequence of them."
            )
        }
        return [step]
    }

    func normalize(_ text: String) -> String {
        steps.reduce(text) { text, step in
            switch step {
            case .canonicalComposition: text.precomposedStringWithCanonicalMapping
            case .canonicalDecomposition: text.decomposedStringWithCanonicalMapping
            case .compatibilityComposition: text.precomposedStringWithCompatibilityMapping
            case .compatibilityDecomposition: text.decomposedStringWithCompatibilityMapping
            // Scalar by scalar: a sigma at the end of a word becomes the same letter as within it.
            case .lowercase: text.unicodeScalars.map(\.properties.lowercaseMapping).joined()
            }
        }
    }
}
