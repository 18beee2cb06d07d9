import Basics
import InjectionSettings

extension TextFormat {
    /// What a file is whose format was not said.
    ///
    /// A name that ends in `.jsonl`, `.ndjson` or `.json` says that it is JSON. Any other file is JSON lines when its
    /// first line is an object, whole and with a member, and an array when it is nothing but an array of objects on one
    /// line. One brace at the beginning says nothing: `{{Infobox` begins plain text.
    ///
    /// - Parameters:
    ///   - firstLine: the first line that is not blank, without byte order mark.
    ///   - isOnlyLine: whether nothing but blank lines follows it.
    static func found(name: String, firstLine: String, isOnlyLine: Bool) -> TextFormat {
        let first = firstLine.unicodeScalars.first { !$0.properties.isWhitespace }
        switch name.lowercased().split(separator: ".").last {
        case "jsonl", "ndjson": return first == "[" ? .json : .jsonl
        case "json":
            // Lines of objects go by this name too.
            return first == "{" && isWholeObject(firstLine) && !isOnlyLine ? .jsonl : .json
        default: break
        }
        guard first == "{" || first == "[" else { return .plain }
        guard let value = try? JSONParser.parse(firstLine) else { return .plain }
        if let object = value.object { return object.count > 0 ? .jsonl : .plain }
        let elements = value.array ?? []
        return isOnlyLine && !elements.isEmpty && elements.allSatisfy { $0.object != nil } ? .json : .plain
    }

    private static func isWholeObject(_ line: String) -> Bool { (try? JSONParser.parse(line))?.object != nil }

    /// The text of one document of JSON.
    ///
    /// - Throws: `.badData` at `place` where there is none.
    static func text(of value: JSONValue, at place: String) throws(Failure) -> String {
        if let text = value.string ?? value["text"]?.string { return text }
        let what =
            value.object == nil
            ? "the document is \(value.kind), not an object" : "the document has no text in a field \"text\""
        throw Failure(.badData, what, at: place, remedy: remedy)
    }

    static let remedy =
        "A document is an object with a field \"text\", or a string. Plain text that looks like JSON: text format plain."
}
