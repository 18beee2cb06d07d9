import Compiler
import RASP
import Serialization

/// What `compile` reports.
struct CompilationSummary {
    let model: CompiledModel
    /// nil: the model is not written.
    let directory: String?
    let seconds: Double
    /// nil: nothing was compared.
    let report: VerificationReport?

    var json: JSONValue {
        [
            "name": .string(model.name),
            "output_directory": .optional(directory),
            "output": .string(model.output),
            "layers": .integer(model.layerCount),
            "heads_per_layer": .integers(model.headsPerLayer),
            "d_model": .integer(model.width),
            "d_head": .integer(model.headSize),
            "d_mlp": .integer(model.hiddenSize),
            "parameters": .integer(model.parameterCount),
            "nonzero": .integer(model.nonzeroCount),
            "vocabulary": JSONValue(model.vocabulary),
            "max_length": .integer(model.maxLength),
            "causal": .bool(model.causal),
            "seconds": .real(seconds),
            "verified": .integer(report?.verified ?? 0),
            "mismatches": .integer(report?.mismatches ?? 0),
            "exhaustive": .bool(report?.isExhaustive ?? false),
        ]
    }

    var text: String {
        var listing = Listing()
        let output = model.output == model.name ? "" : ", output \(model.output)"
        listing.add("program", "\(model.name)\(output)\(model.causal ? ", causal" : "")")
        listing.add("vocabulary", "\(model.vocabulary.count) tokens, inputs of at most \(model.maxLength)")
        listing.add("layers", "\(model.layerCount)")
        listing.add("heads", model.headsPerLayer.map(String.init).joined(separator: " + "))
        listing.add(
            "widths", "residual stream \(model.width), head \(model.headSize), MLP \(model.hiddenSize)")
        listing.add(
            "parameters",
            "\(Quantity.grouped(model.parameterCount)), of which \(Quantity.grouped(model.nonzeroCount)) are not zero")
        let variables = model.variables.filter { !$0.isScratch }
        listing.add("variables", variables.map(\.name).joined(separator: ", "))
        listing.add("compiled in", Quantity.seconds(seconds))
        if let report { listing.add("verified", verdict(report)) }
        if let directory { listing.add("written to", directory) }
        return listing.text
    }

    private func verdict(_ report: VerificationReport) -> String {
        var text = "\(Quantity.grouped(report.verified)) inputs\(report.isExhaustive ? " (all there are)" : "")"
        if report.undefinedInputs > 0 {
            text += ", without \(Quantity.grouped(report.undefinedInputs)) on which the interpreter stops"
        }
        return text + (report.passed ? ": equal to the interpreter" : ": \(report.mismatches) differ")
    }
}
