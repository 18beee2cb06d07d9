import Basics
import Foundation

/// Examples of the user's own: JSON lines `{"prompt": ..., "answer": ...}` or an array of such objects, for
/// `train --data` and `eval --data`.
public struct ExampleFile: Sendable {
    public let url: URL
    public let examples: [Example]

    /// Reads the whole file (an example is some hundred bytes, so a million fit in memory).
    ///
    /// - Throws: `Failure` `.notFound`, or `.badData` at `file:line` or `file, element n` for the first that is no
    ///   example.
    public init(contentsOf url: URL) throws {
        self.url = url
        var documents = try JSONDocuments(url)
        var examples: [Example] = []
        while let document = try documents.next() {
            guard let object = document.value.object else {
                throw Failure(
                    .badData, "an example is an object, and this is \(document.value.kind)", at: document.place,
                    remedy: Self.remedy)
            }
            func field(_ name: String) throws -> String {
                guard let field = object[name] else {
                    let near = Suggestion.nearest(to: name, among: object.members.map(\.key))
                    throw Failure(
                        .badData, "the example has no \"\(name)\"" + (near.map { " (it has \"\($0)\")" } ?? ""),
                        at: document.place,
                        remedy: Self.remedy)
                }
                guard let text = field.string, !text.isEmpty else {
                    throw Failure(
                        .badData, "\"\(name)\" is \(field.string == nil ? field.kind : "empty"), and has to be a text",
                        at: document.place, remedy: Self.remedy)
                }
                return text
            }
            examples.append(Example(prompt: try field("prompt"), answer: try field("answer")))
        }
        guard !examples.isEmpty else {
            throw Failure(.badData, "the file holds no examples", at: url.path, remedy: Self.remedy)
        }
        self.examples = examples
    }

    private static let remedy = #"One example a line: {"prompt": "...", "answer": " 3"}"#
}
