import Basics
import Compiler
import Foundation
import InjectionSettings
import LanguageModels
import TrainingEngine

/// What a finished run leaves: the student, the linear map and what its rows mean.
struct RunResults {
    let student: Student
    let projection: Projection
    let compiled: CompiledModel
    /// The student's residual state that carries compiled state i.
    let layers: [Int]
    let alignment: Settings.Alignment.Kind
    /// nil where the run does not roll.
    let roll: RollIntervention?
    /// The student's model card.
    let card: String
    /// Hashes of what the run was made from, by name.
    let inputs: JSONObject

    /// Replaces the results in the run's directory. The manifest is removed first and written last, so that the results
    /// are whole wherever there is one.
    func write(to run: RunDirectory, step: Int) throws {
        try Manifest.remove(from: run)
        try student.save(to: run.student, extras: [RunDirectory.card: Data(card.utf8)])
        try projection.save(to: run.projection)
        try JSONFile.write(description, to: run.variables)
        try Manifest.write(for: run, step: step, inputs: inputs)
    }

    /// `variables.json`: the meaning of each row of the map, and where in the student it reads.
    private var description: JSONValue {
        let layout = VariableLayout(compiled)
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
                object["values"] = .array(values.map(JSONValue.init(atom:)))
            case .numerical(let reachable):
                object["encoding"] = "numerical"
                object["reachable"] = .array(reachable.map { .number($0) })
            }
            if let subspace = projection.subspaces.first(where: { $0.rows == entry.rows }) {
                object["first_dimension"] = .integer(subspace.dimensions.lowerBound)
                object["dimensions"] = .integer(subspace.dimensions.count)
            }
            object["written_by_layer"] = .integer(entry.writtenByLayer)
            object["scratch"] = .bool(entry.isScratch)
            variables.append(.object(object))
        }
        var root = JSONObject([
            ("format", 1), ("program", .string(compiled.name)),
            ("compiled_layers", .integer(layout.layers)), ("rows", .integer(layout.width)),
            ("student_layers", .array(layers.map { .integer($0) })),
            (
                "transformer_lens",
                .array(layers.map { .string(HookPoint.residual($0).transformerLens.name) })
            ),
            ("alignment", .string(alignment.rawValue)),
            ("output", .string(output.name)),
            ("compiled_directions", .array(layout.directions.map { .integer($0) })),
        ])
        if let roll {
            let places = roll.places.map { place -> JSONValue in
                let rows = place.rows.map { JSONValue.array([.integer($0.lowerBound), .integer($0.upperBound)]) }
                return ["student_layer": .integer(place.layer), "rows": .array(rows)]
            }
            root["roll"] = ["anchor": .string(roll.anchor.rawValue), "places": .array(places)]
        }
        root["variables"] = .array(variables)
        return .object(root)
    }
}
