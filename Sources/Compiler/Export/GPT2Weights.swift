import Basics
import Foundation

/// The tensors of an exported model under Hugging Face's names, Conv1D weights as [in, out].
struct GPT2Weights {
    let geometry: GPT2Geometry
    private var model: CompiledModel { geometry.model }
    private var width: Int { geometry.width }

    init(_ geometry: GPT2Geometry) { self.geometry = geometry }

    func writer() -> SafeTensorsWriter {
        var writer = SafeTensorsWriter()
        writer.add("transformer.wte.weight", shape: [geometry.tokenTexts.count, width], floats: tokenEmbedding())
        writer.add("transformer.wpe.weight", shape: [model.maxLength + 1, width], floats: positionEmbedding())
        for number in 0..<max(model.layerCount, 1) {
            let prefix = "transformer.h.\(number)."
            let layer = number < model.layerCount ? model.layers[number] : nil
            norm(prefix + "ln_1", Array(0..<model.width), 1, &writer)
            attention(
                layer?.heads ?? [], isCopiedBehind: number == 0 && geometry.outputBeginsEmbedded, prefix + "attn.",
                &writer)
            norm(prefix + "ln_2", Array(0..<model.width), 1, &writer)
            feedForward(layer, copiesOutput: number == 0, prefix + "mlp.", &writer)
        }
        let read = geometry.outputTokens.indices.map(geometry.copy(of:)) + [geometry.undefinedCoordinate]
        norm("transformer.ln_f", read, GPT2Export.logitGain, &writer)
        return writer
    }

    private func tokenEmbedding() -> [Float] {
        let rows = model.tokenEmbedding.denseColumns
        var table: [[Float]] = (0..<geometry.tokenTexts.count).map { token in
            token <= model.vocabulary.count
                ? geometry.expanded(
                    Array(rows[(token * model.width)..<((token + 1) * model.width)]), isCopiedLater: true)
                : [Float](repeating: 0, count: width)
        }
        for (output, item) in geometry.outputTokens.enumerated() {
            table[item.token][geometry.copy(of: output)] += GPT2Export.unembedding
        }
        table[geometry.undefinedToken][geometry.undefinedCoordinate] = GPT2Export.unembedding
        for token in 0...model.vocabulary.count { geometry.balance(&table[token]) }
        return table.flatMap { $0 }
    }

    private func positionEmbedding() -> [Float] {
        let rows = model.positionEmbedding.denseColumns
        let constants = geometry.constants()
        return (0...model.maxLength).flatMap { position -> [Float] in
            var row = geometry.expanded(
                Array(rows[(position * model.width)..<((position + 1) * model.width)]), isCopiedLater: true)
            for index in row.indices { row[index] += constants[index] }
            geometry.balance(&row)
            return row
        }
    }

    private func norm(_ name: String, _ coordinates: [Int], _ factor: Float, _ writer: inout SafeTensorsWriter) {
        var gain = [Float](repeating: 0, count: width)
        for coordinate in coordinates { gain[coordinate] = geometry.gain * factor }
        writer.add(name + ".weight", shape: [width], floats: gain)
        writer.add(name + ".bias", shape: [width], floats: [Float](repeating: 0, count: width))
    }

    /// - Parameter isCopiedBehind: whether units of the layer's MLP copy the output's directions as they find them, what
    ///   the heads have written there included.
    private func attention(
        _ heads: [CompiledHead], isCopiedBehind: Bool, _ prefix: String, _ writer: inout SafeTensorsWriter
    ) {
        var weight = [Float](repeating: 0, count: width * 3 * width)
        var bias = [Float](repeating: 0, count: 3 * width)
        var output = [Float](repeating: 0, count: width * width)
        let scale = Float(geometry.headSize).squareRoot()
        for (number, head) in heads.enumerated() {
            let start = number * geometry.headSize
            for (part, map, factor) in [(0, head.query, scale), (1, head.key, 1), (2, head.value, 1)]
                as [(Int, SparseMap, Float)]
            {
                for entry in map.entries {
                    weight[entry.column * 3 * width + part * width + start + entry.row] = entry.weight * factor
                }
                for (row, value) in map.bias.enumerated() { bias[part * width + start + row] = value * factor }
            }
            write(head.output, to: &output, firstRow: start, 1, isCopiedLater: isCopiedBehind)
        }
        writer.add(prefix + "c_attn.weight", shape: [width, 3 * width], floats: weight)
        writer.add(prefix + "c_attn.bias", shape: [3 * width], floats: bias)
        writer.add(prefix + "c_proj.weight", shape: [width, width], floats: output)
        writer.add(prefix + "c_proj.bias", shape: [width], floats: [Float](repeating: 0, count: width))
    }

    private func feedForward(
        _ layer: CompiledLayer?, copiesOutput: Bool, _ prefix: String, _ writer: inout SafeTensorsWriter
    ) {
        let hidden = geometry.hidden
        var weight = [Float](repeating: 0, count: width * hidden)
        var bias = [Float](repeating: 0, count: hidden)
        var output = [Float](repeating: 0, count: hidden * width)
        if let layer {
            for entry in layer.hidden.entries {
                weight[entry.column * hidden + entry.row] = entry.weight * GPT2Export.sharpness
            }
            for (unit, value) in layer.hidden.bias.enumerated() { bias[unit] = value * GPT2Export.sharpness }
            write(layer.output, to: &output, firstRow: 0, 1 / GPT2Export.sharpness)
        }
        if copiesOutput {
            let signs = geometry.copiedSigns
            for (index, direction) in model.outputVariable.directions.enumerated() {
                for (offset, sign) in signs.enumerated() {
                    let unit = (layer?.hiddenCount ?? 0) + index * signs.count + offset
                    weight[direction * hidden + unit] = sign * GPT2Export.sharpness
                    var row = [Float](repeating: 0, count: width)
                    row[geometry.copy(of: index)] = sign / GPT2Export.sharpness
                    geometry.balance(&row)
                    output.replaceSubrange((unit * width)..<((unit + 1) * width), with: row)
                }
            }
        }
        writer.add(prefix + "c_fc.weight", shape: [width, hidden], floats: weight)
        writer.add(prefix + "c_fc.bias", shape: [hidden], floats: bias)
        writer.add(prefix + "c_proj.weight", shape: [hidden, width], floats: output)
        writer.add(prefix + "c_proj.bias", shape: [width], floats: [Float](repeating: 0, count: width))
    }

    /// Rows of `output`, one for each input of the map.
    private func write(
        _ map: SparseMap, to output: inout [Float], firstRow: Int, _ factor: Float, isCopiedLater: Bool = false
    ) {
        let columns = map.denseColumns
        for input in 0..<map.columns {
            let row = geometry.expanded(
                columns[(input * map.rows)..<((input + 1) * map.rows)].map { $0 * factor }, isCopiedLater: isCopiedLater
            )
            output.replaceSubrange(((firstRow + input) * width)..<((firstRow + input + 1) * width), with: row)
        }
    }
}
