import Basics
import Compiler
import RASP

/// What the rows of the projection mean: the compiled model's basis directions, ordered so that each variable's rows
/// lie side by side.
public struct VariableLayout: Sendable {
    public struct Entry: Sendable {
        public enum Encoding: Sendable {
            /// One row a value, one-hot.
            case categorical([Atom])
            /// A row that holds the number itself, and, where the variable can be undefined, a second one that is 1
            /// then; the numbers it can be, in ascending order, where they are known.
            case numerical([Double])
        }
        public let name: String
        public let encoding: Encoding
        public let rows: Range<Int>
        /// The first residual state (0: the embedding) that holds the variable.
        public let writtenByLayer: Int
        /// The last compiled layer that reads the variable; 0 where none does.
        package let readByLayer: Int
        /// Not a variable of the program: constants and intermediate sums of the construction.
        public let isScratch: Bool

        package init(
            name: String, encoding: Encoding, rows: Range<Int>, writtenByLayer: Int, readByLayer: Int,
            isScratch: Bool = false
        ) {
            (self.name, self.encoding, self.rows) = (name, encoding, rows)
            (self.writtenByLayer, self.readByLayer, self.isScratch) = (writtenByLayer, readByLayer, isScratch)
        }

        package var isCategorical: Bool { if case .categorical = encoding { true } else { false } }
    }

    public let entries: [Entry]
    /// The compiled basis direction of each row.
    public let directions: [Int]
    /// The entry that holds the program's output.
    public let output: Int
    /// Compiled layers, k: there are k + 1 residual states to align.
    public let layers: Int

    /// Rows of the projection; the compiled residual stream's width.
    public var width: Int { directions.count }
    /// Entries that are variables of the program.
    public var variables: [Entry] { entries.filter { !$0.isScratch } }

    package init(entries: [Entry], directions: [Int], output: Int, layers: Int) {
        (self.entries, self.directions, self.output, self.layers) = (entries, directions, output, layers)
    }

    /// What a compiled model that was read from a file has to hold for it to have a layout.
    ///
    /// - Throws: `Failure` (`.badData`) where two variables share a direction, as those of a loop whose rounds share
    ///   weights do, or none is the output.
    static func check(_ model: CompiledModel, at path: String) throws(Failure) {
        let directions = model.variables.flatMap(\.directions)
        guard Set(directions).count == directions.count else {
            throw Failure(
                .badData, "two variables of '\(model.name)' lie in one direction, which no run has", at: path,
                remedy: "restore the folder that training wrote")
        }
        guard model.variables.contains(where: { $0.name.hasSameBytes(as: model.output) }) else {
            throw Failure(.badData, "no variable of '\(model.name)' is its output", at: path)
        }
    }

    public init(_ model: CompiledModel) {
        var entries: [Entry] = []
        var directions: [Int] = []
        var output: Int?
        let readers = model.lastReaders
        for variable in model.variables {
            let start = directions.count
            directions += variable.directions
            let encoding: Entry.Encoding =
                switch variable.encoding {
                case .categorical(let values, _): .categorical(values)
                case .numerical(_, let reachable): .numerical(reachable)
                }
            if variable.name.hasSameBytes(as: model.output) { output = entries.count }
            entries.append(
                Entry(
                    name: variable.name, encoding: encoding, rows: start..<directions.count,
                    writtenByLayer: variable.writtenByLayer,
                    readByLayer: directions[start...].map { readers[$0] }.max() ?? 0,
                    isScratch: variable.isScratch))
        }
        precondition(
            Set(directions).count == directions.count,
            "a basis direction belongs to two variables of \(model.name)")
        // Directions that no variable names (constants of the construction) are aligned too: the paper's map reads all.
        let named = Set(directions)
        for place in 0..<model.width where !named.contains(place) {
            entries.append(
                Entry(
                    name: model.basis[place].variable, encoding: .numerical([]),
                    rows: directions.count..<(directions.count + 1), writtenByLayer: 0, readByLayer: readers[place],
                    isScratch: true))
            directions.append(place)
        }
        guard let output else { preconditionFailure("\(model.name) does not name its output among its variables") }
        self.entries = entries
        self.directions = directions
        self.output = output
        layers = model.layerCount
    }
}
