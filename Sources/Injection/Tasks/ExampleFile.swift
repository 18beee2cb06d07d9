import Basics
import Foundation
import InjectionSettings

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

/// The examples that training draws from, in their order: the task's generator, or a file pass after pass.
public enum ExampleSource: Sendable {
    case generated(ExampleStream)
    case file(FileStream)

    /// As the settings have it.
    ///
    /// - Parameter heldOut: prompts that the task's generator passes over. A file is taken as it is.
    package init(task: InjectionTask, settings: Settings, heldOut: HeldOutPrompts) throws {
        if let path = settings.data.file {
            let file = try ExampleFile(contentsOf: URL(fileURLWithPath: path))
            self = .file(FileStream(file.examples, shuffle: settings.data.shuffle, seed: settings.seed))
        } else {
            var stream = try task.stream(.train, seed: settings.seed)
            stream.heldOut = heldOut
            self = .generated(stream)
        }
    }

    /// Examples drawn so far; the whole state that a checkpoint has to keep.
    public var position: Int {
        switch self {
        case .generated(let stream): stream.position
        case .file(let stream): stream.position
        }
    }

    public mutating func next() throws -> Example {
        switch self {
        case .generated(var stream):
            let example = stream.next()
            self = .generated(stream)
            guard let example else { throw Failure(.badData, "the task's generator gives no training example") }
            return example
        case .file(var stream):
            defer { self = .file(stream) }
            return stream.next()
        }
    }

    /// Moves a fresh source on to a saved position.
    public mutating func advance(to position: Int) {
        switch self {
        case .generated(var stream):
            stream.advance(to: position)
            self = .generated(stream)
        case .file(var stream):
            stream.position = position
            self = .file(stream)
        }
    }

    /// The examples of a file over and over, each pass in an order of its own where it is to be shuffled.
    public struct FileStream: Sendable {
        public let examples: [Example]
        private let shuffle: Bool
        private let seed: Int
        private var order: [Int] = []
        private var orderedPass = -1
        public fileprivate(set) var position = 0

        public init(_ examples: [Example], shuffle: Bool, seed: Int) {
            precondition(!examples.isEmpty, "a file of examples holds at least one")
            (self.examples, self.shuffle, self.seed) = (examples, shuffle, seed)
        }

        public mutating func next() -> Example {
            let (pass, index) = position.quotientAndRemainder(dividingBy: examples.count)
            position += 1
            guard shuffle else { return examples[index] }
            if pass != orderedPass {
                var random = SeededRandom(seed: UInt64(bitPattern: Int64(seed)), stream: "data pass \(pass)")
                order = Array(examples.indices)
                random.shuffle(&order)
                orderedPass = pass
            }
            return examples[order[index]]
        }
    }
}
