import Basics
import Compiler
import Evaluation
import Foundation
import Resources
import TensorCore

/// The folder that `circuit PROGRAM --output` writes: a GPT-2 whose circuit is known, and that circuit.
struct CircuitCase {
    let report: CircuitReport
    let export: GPT2Export
    let options: CompilerOptions
    let seed: UInt64
    /// On how many inputs the written model is compared with the compiled one.
    let inputs: Int

    /// Writes beside the place, runs the model, and puts the folder there if it answers as the compiled model does.
    ///
    /// - Returns: how it differs.
    func write(to folder: URL) throws -> Failure? {
        do {
            try AtomicFile.createDirectory(folder.deletingLastPathComponent())
            try AtomicFile.replaceDirectory(at: folder) { temporary in
                try export.save(to: temporary)
                let check = try GPT2ExportCheck(
                    export, report.circuit.model, folder: temporary, count: inputs, seed: seed)
                if let mismatch = check.mismatch { throw Differs(mismatch: mismatch) }
                let pairs = try CompiledPairs(circuit: report.circuit, export: export, count: 100, seed: seed)
                    .write(to: temporary)
                try SubspaceFile.write(subspaces, to: temporary.appendingPathComponent("variables.safetensors"))
                for (name, json) in files(check, pairs) {
                    try JSONFile.write(json, to: temporary.appendingPathComponent(name))
                }
            }
        } catch let error as Differs {
            return Failure(
                .verificationFailed, "the exported GPT-2 differs from the compiled model", at: error.mismatch)
        }
        return nil
    }

    /// Each variable's directions of the exported residual stream, one a row, [directions, d_model].
    private var subspaces: [(name: String, rows: Tensor)] {
        var written: Set<ExactString> = []
        return report.circuit.model.variables.filter { written.insert(ExactString($0.name)).inserted }.map { variable in
            let rows = Tensor(zeros: [variable.directions.count, export.width])
            for (row, direction) in variable.directions.enumerated() { rows[row, direction] = 1 }
            return (variable.name, rows)
        }
    }

    private struct Differs: Error { let mismatch: String }

    private func files(_ check: GPT2ExportCheck, _ pairs: JSONValue) -> [(String, JSONValue)] {
        let circuit = report.circuit
        let graph = export.graph(report.survey.map(circuit.graph) ?? circuit.graph)
        return [
            ("graph.json", graph.json()),
            ("edges.json", graph.hookedEdgesJSON),
            ("variables.json", .array(report.variables)),
            ("case.json", description(check, pairs)),
        ]
    }

    private func description(_ check: GPT2ExportCheck, _ pairs: JSONValue) -> JSONValue {
        let model = report.circuit.model
        let settings = JSONObject([
            ("vocabulary", JSONValue(model.vocabulary)), ("max_length", .integer(model.maxLength)),
            ("causal", .bool(model.causal)), ("output", .string(model.output)),
            ("fuse", options.fuseThroughNamedVariables.map(JSONValue.bool) ?? .null),
            ("reuse_directions", .bool(options.reuseDirections)), ("seed", .integer(Int(truncatingIfNeeded: seed))),
        ])
        let exported = JSONObject([
            ("inputs", .integer(check.inputs)), ("mismatches", .integer(0)),
            ("smallest_lead", .real(check.smallestLead)),
            ("normalization_error", .real(export.normalizationError)),
            ("activation_error", .real(export.activationError)),
        ])
        return .object(
            JSONObject([
                ("format", 1), ("name", .string(model.name)), ("kind", "compiled"),
                ("version", .string(Release.version)),
                ("options", .object(settings)), ("exported", .object(exported)), ("pairs", pairs),
                ("certificates", report.survey.map { .object(JSONObject(report.certificates($0))) } ?? .null),
                ("circuit", report.json),
            ]))
    }
}
