import Basics
import Injection

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
        let pairs = try ExchangePairs(run, prompts: prompts, seed: seed)
        let points = try ExchangePoint.all(of: run)
        let counted = try run.student.model.mapSideBySide(pairs.batches) { batch, arena in
            let pass = pairs.pass(over: batch, points: points, arena: arena)
            return try points.map { point in
                var cell = Cell(variable: point.variable.name, layer: point.layer, state: point.state)
                for outcome in try pairs.exchange(point, basis: point.basis, in: batch, pass, arena: arena) {
                    cell.all.add(outcome.agrees)
                    if outcome.changes { cell.changing.add(outcome.agrees) }
                }
                return cell
            }
        }
        var cells = points.map { Cell(variable: $0.variable.name, layer: $0.layer, state: $0.state) }
        for counts in counted {
            for index in cells.indices {
                cells[index].all = Proportion(pooling: [cells[index].all, counts[index].all])
                cells[index].changing = Proportion(pooling: [cells[index].changing, counts[index].changing])
            }
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
