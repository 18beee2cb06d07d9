import Compiler
import Foundation
import GPT2
import RASP
import Serialization
import TensorCore

/// What a finished run leaves: the student, the linear map and what its rows mean. The manifest is written last.
enum RunResults {
    static func write(
        to run: RunDirectory, student: Student, projection: Projection, inputs: TrainingInputs, step: Int
    ) throws {
        Manifest.remove(from: run)
        try AtomicFile.replaceDirectory(at: run.student) { try student.save(to: $0) }
        try projection.save(to: run.projection)
        try JSONFile.write(description(inputs), to: run.variables)
        try Manifest.write(for: run, step: step)
    }

    /// `variables.json`: the meaning of each row of the map, and where in the student it reads.
    private static func description(_ inputs: TrainingInputs) -> JSONValue {
        let layout = VariableLayout(inputs.compiled)
        let layers =
            inputs.alignment?.layers
            ?? inputs.settings.alignment.layers.sites(
                compiled: layout.layers, student: inputs.student.model.configuration.layers) ?? []
        let output = layout.entries[layout.output]
        var variables: [JSONValue] = []
        for entry in layout.entries {
            var object = JSONObject([
                ("name", .string(entry.name)), ("first_row", .integer(entry.rows.lowerBound)),
                ("rows", .integer(entry.rows.count)),
            ])
            switch entry.encoding {
            case .categorical(let values):
                object["encoding"] = "categorical"
                object["values"] = .array(values.map(\.json))
            case .numerical(let reachable):
                object["encoding"] = "numerical"
                object["reachable"] = .array(reachable.map { .number($0) })
            }
            object["written_by_layer"] = .integer(entry.writtenByLayer)
            object["scratch"] = .bool(entry.isScratch)
            variables.append(.object(object))
        }
        var root = JSONObject([
            ("format", 1), ("program", .string(inputs.compiled.name)),
            ("compiled_layers", .integer(layout.layers)), ("rows", .integer(layout.width)),
            ("student_layers", .array(layers.map { .integer($0) })),
            ("alignment", .string(inputs.settings.alignment.kind.rawValue)),
            ("output", .string(output.name)),
            ("compiled_directions", .array(layout.directions.map { .integer($0) })),
        ])
        if let roll = inputs.roll {
            let places = roll.places.map { place -> JSONValue in
                let rows = place.rows.map { JSONValue.array([.integer($0.lowerBound), .integer($0.upperBound)]) }
                return ["student_layer": .integer(place.site), "rows": .array(rows)]
            }
            root["roll"] = ["anchor": .string(roll.anchor.rawValue), "places": .array(places)]
        }
        root["variables"] = .array(variables)
        return .object(root)
    }
}

extension Atom {
    /// The atom as JSON; a tuple is an array.
    public var json: JSONValue {
        switch self {
        case .bool(let value): .bool(value)
        case .int(let value): .integer(value)
        case .float(let value): value.isFinite ? .number(value) : .string(String(describing: value))
        case .string(let value): .string(value)
        case .tuple(let elements): .array(elements.map(\.json))
        }
    }
}
