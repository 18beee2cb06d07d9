import Basics
import Foundation
import InjectionSettings

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
                var random = SeededRandom(seed: seed, stream: "data pass \(pass)")
                order = Array(examples.indices)
                random.shuffle(&order)
                orderedPass = pass
            }
            return examples[order[index]]
        }
    }
}
