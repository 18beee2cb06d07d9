import Basics
import RASP

/// Layers and heads of a program and of its named variables, by the reference implementation's rule.
struct LayerTable {
    private let output: LayerReport
    private let variables: [(name: String, report: LayerReport)]

    init(_ program: Program) {
        output = LayerReport(program.output)
        variables = program.variables.map { ($0.name, LayerReport($0.sop)) }
    }

    var text: String {
        var table = Table(["s-op", "layers", "heads per layer"], rightAligned: [1])
        for (name, report) in variables {
            table.add([name, "\(report.layers)", report.headsPerLayer.map(String.init).joined(separator: " ")])
        }
        return table.text
    }

    /// Members of the object that `run --json` prints.
    var json: [(String, JSONValue)] {
        let members = variables.map { name, report -> (String, JSONValue) in
            (name, ["layers": .integer(report.layers), "heads_per_layer": .integers(report.headsPerLayer)])
        }
        return [
            ("layers", .integer(output.layers)), ("heads_per_layer", .integers(output.headsPerLayer)),
            ("variables", .object(JSONObject(members))),
        ]
    }
}
