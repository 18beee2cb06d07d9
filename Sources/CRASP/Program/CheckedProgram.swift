import Basics
import RASP

/// Steps and names of a program while it is checked.
struct CheckedProgram {
    private(set) var operations: [Operation] = []
    private(set) var spans: [SourceSpan?] = []
    private(set) var definitions: [CRASPProgram.Definition] = []
    private var numbers: [ExactString: Int] = [:]
    /// What `NEXT_…` definitions say, in their order.
    var next: [Operation.NextToken] = []

    mutating func add(_ operation: Operation, _ span: SourceSpan?) -> Int {
        operations.append(operation)
        spans.append(span)
        return operations.count - 1
    }

    mutating func define(_ name: String, _ operation: Int) {
        definitions.append(.init(name: name, operation: operation))
        numbers[ExactString(name)] = operation
    }

    func operation(named name: String) -> Int? { numbers[ExactString(name)] }

    /// A note with the nearest name; none where no name is near.
    func suggestion(for name: String) -> [String] {
        guard name.utf8.count <= 40 else { return [] }
        let near = definitions.lazy.filter { $0.name.utf8.count <= 40 }.map {
            ($0.name, EditDistance.between($0.name, name))
        }.min { $0.1 < $1.1 }
        guard let near, near.1 <= max(1, name.utf8.count / 3), near.1 < name.utf8.count else { return [] }
        return ["did you mean \(near.0)?"]
    }
}
