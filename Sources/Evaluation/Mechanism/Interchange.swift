import Compiler
import Injection
import LanguageModels
import RASP
import Serialization
import TensorCore

/// Interchange interventions (Geiger et al. 2021): does the answer change as the program says when one variable takes
/// the value that it has for another prompt?
///
/// For every variable and every aligned layer at which the program has computed it, the variable's subspace (the row
/// space of its rows of the linear map) is exchanged between two test prompts of equal length, at every token. What the
/// student then says at each token of the answer is compared with the compiled model's output after the same exchange
/// of the variable's directions. Most exchanges leave the answer as it is, so those that change it are counted by
/// themselves too.
public struct Interchange: Sendable {
    public struct Cell: Sendable {
        public var variable: String
        /// The student's residual state, and the compiled one it carries.
        public var layer: Int
        public var state: Int
        /// Exchanges after which every token of the answer is the program's.
        public var all = Proportion()
        /// Of those, the ones that change the program's answer.
        public var changing = Proportion()
    }

    public var cells: [Cell]
    public var prompts: Int
    /// The variable that holds the program's output.
    public var final: String

    static func measure(_ run: LoadedRun, prompts: Int, seed: Int) throws -> Interchange {
        let pairs = try Pairs(run, prompts: prompts, seed: seed)
        let sites = run.layout.variables.flatMap { entry -> [(VariableLayout.Entry, CompiledVariable, state: Int)] in
            guard let variable = run.compiled.variable(named: entry.name) else { return [] }
            return (variable.writtenByLayer...run.layout.layers).map { (entry, variable, $0) }
        }
        let cells = try run.student.model.mapSideBySide(sites) { site, arena in
            let (entry, variable, state) = site
            let basis = try run.projection.subspace(of: [entry.rows])
            var cell = Cell(variable: entry.name, layer: run.layers[state], state: state)
            for batch in pairs.batches {
                try pairs.exchange(variable, basis: basis, in: batch, into: &cell, arena: arena)
            }
            return cell
        }
        return Interchange(cells: cells, prompts: pairs.count, final: run.compiled.output)
    }

    /// The variables that were exchanged, in the order of measuring.
    public var variables: [String] {
        var names: [String] = []
        for cell in cells where !names.contains(cell.variable) { names.append(cell.variable) }
        return names
    }

    /// The cells of one variable, by layer.
    public func cells(of variable: String) -> [Cell] { cells.filter { $0.variable == variable } }
}

extension Interchange: SuiteResult {
    /// `variables`: name -> what happens at each aligned layer.
    public var json: JSONValue {
        var variables = JSONObject()
        for cell in cells {
            let changing = cell.changing
            let entry = JSONValue.object(
                JSONObject(
                    [("layer", .integer(cell.layer)), ("compiled_layer", .integer(cell.state))] + cell.all.members
                        + [("changing", .object(JSONObject(changing.members)))]))
            variables[cell.variable] = .array((variables[cell.variable]?.array ?? []) + [entry])
        }
        return ["prompts": .integer(prompts), "final": .string(final), "variables": .object(variables)]
    }

    public init?(_ json: JSONValue) {
        guard let prompts = json["prompts"]?.count, let final = json["final"]?.string,
            let variables = json["variables"]?.object?.members
        else { return nil }
        (self.prompts, self.final, cells) = (prompts, final, [])
        for (name, value) in variables {
            guard let array = value.array else { return nil }
            for cell in array {
                guard let layer = cell["layer"]?.count, let state = cell["compiled_layer"]?.count,
                    let all = Proportion(cell), let changing = cell["changing"].flatMap(Proportion.init)
                else { return nil }
                cells.append(Cell(variable: name, layer: layer, state: state, all: all, changing: changing))
            }
        }
    }
}

/// Test prompts in pairs of equal length, with what the compiled model does on each.
private struct Pairs {
    struct Member: Sendable {
        var encoded: EncodedExample
        var atoms: [Atom]
        var states: ResidualStates
        var output: [Atom?]
    }

    /// Partners lie side by side: 0 and 1, 2 and 3, ...
    let batches: [[Member]]
    private let run: LoadedRun
    private let reader: AnswerReader
    private let comparison: ExchangeComparison

    var count: Int { batches.reduce(0) { $0 + $1.count } }

    init(_ run: LoadedRun, prompts: Int, seed: Int) throws {
        self.run = run
        reader = AnswerReader(run)
        comparison = ExchangeComparison(reader)
        let partners = try PromptPairs.examples(run, prompts: prompts, seed: seed)
        let members = try Parallel.map(partners) { example in
            let atoms = Array(example.atoms[..<example.contentCount])
            return Member(
                encoded: example, atoms: atoms, states: try run.compiled.residualStates(atoms),
                output: try run.compiled.run(atoms))
        }
        batches = stride(from: 0, to: members.count, by: 32).map { Array(members[$0..<min($0 + 32, members.count)]) }
    }

    /// Exchanges the variable between all pairs of a batch.
    func exchange(
        _ variable: CompiledVariable, basis: Tensor, in batch: [Member], into cell: inout Interchange.Cell, arena: Arena
    ) throws {
        let (layer, state) = (cell.layer, cell.state)
        arena.reset()
        let said = reader.nextTokens(
            batch.map(\.encoded),
            hooks: { packed in
                let sources = (0..<packed.count).flatMap { index in packed.rows(index ^ 1).map(Int32.init) }
                return Hooks([.residual(layer): { $0.interchange($1, basis: basis, sources: sources) }])
            }, arena: arena)
        let outputs = try Parallel.map(Array(batch.indices)) { index in
            try run.compiled.run(
                batch[index].atoms, interchanging: variable, with: batch[index ^ 1].states, state: state)
        }
        for ((base, output), said) in zip(zip(batch, outputs), said) {
            guard let changes = comparison.changes(base.encoded, from: base.output, to: output) else { continue }
            let isEqual = comparison.agrees(said, with: output, on: base.encoded)
            cell.all.add(isEqual)
            if changes { cell.changing.add(isEqual) }
        }
    }
}
