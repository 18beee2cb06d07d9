import Basics
import Compiler
import Compression
import Foundation

/// What `compile` reports.
struct CompilationSummary {
    let model: CompiledModel
    /// nil: the model is not written.
    var directory: String?
    let seconds: Double
    /// nil: nothing was compared.
    let report: VerificationReport?
    /// Where the model was written as a GPT-2, and what running that gave.
    var export: GPT2Export?
    var check: GPT2ExportCheck?
    var compressions: [CompressedModel] = []

    var json: JSONValue {
        var json = members
        if let report {
            json["smallest_margin"] = .real(report.smallestMargin)
            json["first_mismatch"] = report.firstMismatch.map(Self.json) ?? .null
        }
        if let export { json["gpt2"] = Self.json(export, check) }
        if !compressions.isEmpty { json["compressed"] = .array(compressions.map(\.json)) }
        return .object(json)
    }

    private static func json(_ mismatch: VerificationReport.Mismatch) -> JSONValue {
        .object(
            JSONObject([
                ("input", JSONValue(mismatch.input)), ("position", .integer(mismatch.position)),
                ("variable", .string(mismatch.variable)), ("layer", .integer(mismatch.layer)),
                ("expected", mismatch.expected.map(JSONValue.init(atom:)) ?? .null),
                ("actual", mismatch.actual.map(JSONValue.init(atom:)) ?? .null),
            ]))
    }

    private static func json(_ export: GPT2Export, _ check: GPT2ExportCheck?) -> JSONValue {
        .object(
            JSONObject([
                ("n_embd", .integer(export.width)), ("n_head", .integer(export.heads)),
                ("n_inner", .integer(export.hiddenSize)),
                ("normalization_error", .real(export.normalizationError)),
                ("activation_error", .real(export.activationError)),
                ("verified", .integer(check?.inputs ?? 0)), ("mismatches", .integer(check?.mismatch == nil ? 0 : 1)),
                ("smallest_lead", check.map { JSONValue.real($0.smallestLead) } ?? .null),
            ]))
    }

    private var members: JSONObject {
        JSONObject([
            ("name", .string(model.name)),
            ("output_directory", .optional(directory)),
            ("output", .string(model.output)),
            ("layers", .integer(model.layerCount)),
            ("stored_layers", .integer(model.storedLayerCount)),
            ("heads_per_layer", .integers(model.headsPerLayer)),
            ("d_model", .integer(model.width)),
            ("d_head", .integer(model.headSize)),
            ("d_mlp", .integer(model.hiddenSize)),
            ("parameters", .integer(model.parameterCount)),
            ("nonzero", .integer(model.nonzeroCount)),
            ("vocabulary", JSONValue(model.vocabulary)),
            ("max_length", .integer(model.maxLength)),
            ("causal", .bool(model.causal)),
            ("noise", noise),
            ("seconds", .real(seconds)),
            ("verified", .integer(report?.verified ?? 0)),
            ("mismatches", .integer(report?.mismatches ?? 0)),
            ("exhaustive", .bool(report?.isExhaustive ?? false)),
        ])
    }

    /// The bound on the noise: the largest, and that of every residual state.
    private var noise: JSONValue {
        guard let noise = model.noise else { return .null }
        return .object(
            JSONObject([
                ("largest", .real(noise.largest)), ("per_state", .array(noise.states.map(JSONValue.real))),
            ]))
    }

    var text: String {
        var listing = Listing()
        let output = model.output.hasSameBytes(as: model.name) ? "" : ", output \(model.output)"
        listing.add("program", "\(model.name)\(output)\(model.causal ? ", causal" : "")")
        listing.add("vocabulary", "\(model.vocabulary.count) tokens, inputs of at most \(model.maxLength)")
        let rounds = model.repeatedLayers.filter { $0.times > 1 }
            .map { "\($0.count) of them \($0.times) times" }.joined(separator: ", ")
        listing.add(
            "layers",
            "\(model.layerCount)" + (rounds.isEmpty ? "" : " executed, \(model.storedLayerCount) stored: \(rounds)")
        )
        listing.add(
            "heads",
            model.repeatedLayers.isEmpty
                ? model.headsPerLayer.map(String.init).joined(separator: " + ")
                : "\(model.headsPerLayer.max() ?? 0) at most")
        listing.add(
            "widths", "residual stream \(model.width), head \(model.headSize), MLP \(model.hiddenSize)")
        listing.add(
            "parameters",
            "\(Quantity.grouped(model.parameterCount)), of which \(Quantity.grouped(model.nonzeroCount)) are not zero")
        let variables = model.variables.filter { !$0.isScratch }
        listing.add("variables", variables.map(\.name).joined(separator: ", "))
        listing.add("compiled in", Quantity.seconds(seconds))
        if let noise = model.noise { listing.add("noise", verdict(noise)) }
        if let report { listing.add("verified", verdict(report)) }
        if let export {
            listing.add(
                "as GPT-2",
                "n_embd \(export.width), n_head \(export.heads), n_inner \(export.hiddenSize); normalisation exact to 1 in "
                    + Quantity.grouped(Int(1 / export.normalizationError)) + ", activation to 1 in "
                    + Quantity.grouped(Int(1 / export.activationError)))
        }
        if let check {
            listing.add(
                "run as GPT-2",
                "\(Quantity.grouped(check.inputs)) inputs"
                    + (check.mismatch == nil
                        ? ": equal; the right logit leads by at least \(Quantity.fixed(check.smallestLead, 1))"
                        : ": differs"))
        }
        if !compressions.isEmpty { listing.add("compressed", compressions.table) }
        if let directory { listing.add("written to", directory) }
        return listing.text
    }

    private func verdict(_ noise: NoiseBound) -> String {
        guard noise.largest > 0, let state = noise.states.firstIndex(of: noise.largest) else {
            return "none: every margin is 1"
        }
        let exponent = Int(log10(noise.largest).rounded(.up))
        return "takes less than 1e\(exponent) from any margin, the most in state \(state)"
    }

    private func verdict(_ report: VerificationReport) -> String {
        var text = "\(Quantity.grouped(report.verified)) inputs\(report.isExhaustive ? " (all there are)" : "")"
        if report.undefinedInputs > 0 {
            text += ", without \(Quantity.grouped(report.undefinedInputs)) on which the interpreter stops"
        }
        return text
            + (report.passed
                ? ": equal to the interpreter, smallest margin \(Quantity.fixed(report.smallestMargin, 6))"
                : ": \(report.mismatches) differ")
    }
}
