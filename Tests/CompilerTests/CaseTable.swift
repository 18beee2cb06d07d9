import Basics
import Compiler
import Foundation
import RASP
import Testing

/// Sizes beside those that the cases record of tracr's models. With `CASE_TABLE` in the environment the table is
/// printed as it stands in the documentation.
@Suite struct CaseTable {
    struct Column {
        let name: String
        let ours: Int
        let tracr: Int?
    }

    static func columns(_ model: CompiledModel, _ json: JSONValue) -> [Column] {
        func tracr(_ key: String) -> Int? { json["model"]?[key]?.integer }
        return [
            Column(name: "layers", ours: model.layerCount, tracr: tracr("num_layers")),
            Column(name: "heads", ours: model.headsPerLayer.max() ?? 0, tracr: tracr("num_heads")),
            Column(name: "width", ours: model.width, tracr: tracr("D")),
            Column(name: "head size", ours: model.headSize, tracr: tracr("key_size")),
            Column(name: "MLP width", ours: model.hiddenSize, tracr: tracr("mlp_hidden_size")),
            Column(name: "non-zeros", ours: model.nonzeroCount, tracr: tracr("nnz")),
        ]
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["CASE_TABLE"] != nil)) func printed() throws {
        var lines: [String] = []
        for file in TracrCases.files {
            let json = try JSONFile.read(file)
            guard json["nodes"] != nil else { continue }
            let columns = Self.columns(try RASPCompiler.compile(TracrCase(json).program), json)
            if lines.isEmpty {
                lines.append("| program | " + columns.map(\.name).joined(separator: " | ") + " |")
                lines.append("|---|" + columns.map { _ in "---|" }.joined())
            }
            let cells = columns.map { "\($0.ours) / \($0.tracr.map(String.init) ?? "-")" }
            lines.append(
                "| \(file.deletingPathExtension().lastPathComponent) | " + cells.joined(separator: " | ") + " |")
        }
        print(lines.joined(separator: "\n"))
    }
}
