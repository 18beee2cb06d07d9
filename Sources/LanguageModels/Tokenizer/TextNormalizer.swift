import Basics
import Foundation

/// What is done to text before it is cut into words: Unicode's normalization forms, small letters, text put before it or
/// in place of other text, in order.
struct TextNormalizer: Sendable {
    private enum Step {
        case form(Form)
        case prepend(String)
        case replace(String, with: String)
    }

    private enum Form: String, CaseIterable {
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
        if type == "Prepend", let text = json["prepend"]?.string { return [.prepend(text)] }
        if type == "Replace", let old = json["pattern"]?["String"]?.string, !old.isEmpty,
            let new = json["content"]?.string
        {
            return [.replace(old, with: new)]
        }
        guard let form = Form(rawValue: type) else {
            throw Failure(
                .badData, "the tokenizer's normalizer is \(quoted(type)), which is not supported", at: place,
                remedy: "Supported are \(Form.allCases.map(\.rawValue).joined(separator: ", ")), Prepend, Replace of a "
                    + "text, and a Sequence of them.")
        }
        return [.form(form)]
    }

    /// - Parameter continuing: Whether the text goes on where another ended: nothing is put before it.
    func normalize(_ text: String, continuing: Bool = false) -> String {
        steps.reduce(text) { text, step in
            switch step {
            case .form(let form): Self.normalize(text, form)
            case .prepend(let prefix): text.isEmpty || continuing ? text : prefix + text
            case .replace(let old, let new): Self.replace(old, by: new, in: text)
            }
        }
    }

    /// By bytes: no mark joins what is sought.
    private static func replace(_ old: String, by new: String, in text: String) -> String {
        let (old, new, bytes) = (Array(old.utf8), Array(new.utf8), Array(text.utf8))
        var (result, index) = ([UInt8](), 0)
        while index < bytes.count {
            if bytes[index] == old[0], bytes[index...].starts(with: old) {
                result += new
                index += old.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func normalize(_ text: String, _ form: Form) -> String {
        switch form {
        case .canonicalComposition: text.precomposedStringWithCanonicalMapping
        case .canonicalDecomposition: text.decomposedStringWithCanonicalMapping
        case .compatibilityComposition: text.precomposedStringWithCompatibilityMapping
        case .compatibilityDecomposition: text.decomposedStringWithCompatibilityMapping
        // Scalar by scalar: a sigma at the end of a word becomes the same letter as within it.
        case .lowercase: text.unicodeScalars.map(\.properties.lowercaseMapping).joined()
        }
    }
}
