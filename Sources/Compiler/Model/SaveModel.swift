import Basics
import Foundation
import RASP

extension CompiledModel {
    /// Writes `model.safetensors` and `config.json` into a folder, which appears whole or not at all.
    ///
    /// Tensors, row-major fp32, with D = width, V tokens, N = maxLength, H heads, K and S the largest key and value
    /// size of the layer's heads (smaller heads are padded with zeros), M hidden units:
    ///
    /// | name | shape |
    /// |---|---|
    /// | `embedding.tokens` | [V+1, D], BOS last |
    /// | `embedding.positions` | [N+1, D], BOS first |
    /// | `layers.L.attention.query.weight`, `.bias` | [H, K, D], [H, K] |
    /// | `layers.L.attention.key.weight`, `.bias` | [H, K, D], [H, K] |
    /// | `layers.L.attention.value.weight`, `.bias` | [H, S, D], [H, S] |
    /// | `layers.L.attention.output.weight` | [H, D, S] |
    /// | `layers.L.mlp.hidden.weight`, `.bias` | [M, D], [M] |
    /// | `layers.L.mlp.output.weight` | [D, M] |
    ///
    /// x = tokens + positions; per layer `x += sum over heads O softmax(q k^T) v`, then `x += W_out relu(W_in x + b)`.
    /// Where `config.json` has `repeated_layers`, the layers of each of its entries are executed `times` times, one round
    /// after the other. Logits are not divided by the square root of the key size. Tensors of size zero are left out.
    ///
    /// - Throws: `Failure` when the folder cannot be written.
    public func save(to folder: URL) throws {
        try tensors(in: DenseStream(width: width)).save(to: folder, beside: [("config.json", .object(configuration))])
    }

    /// All weights, dense, as they read and write a stream.
    package func tensors(in stream: DenseStream) -> SafeTensorsWriter {
        var writer = SafeTensorsWriter()
        let d = stream.width
        writer.add(
            "embedding.tokens", shape: [vocabulary.count + 1, d], floats: stream.reading(tokenEmbedding.denseColumns))
        writer.add(
            "embedding.positions", shape: [maxLength + 1, d], floats: stream.reading(positionEmbedding.denseColumns))
        for (number, layer) in storedLayers.enumerated() {
            let prefix = "layers.\(number)."
            if !layer.heads.isEmpty {
                add(layer.heads.map(\.query), prefix + "attention.query", stream, to: &writer)
                add(layer.heads.map(\.key), prefix + "attention.key", stream, to: &writer)
                add(layer.heads.map(\.value), prefix + "attention.value", stream, to: &writer)
                let size = layer.heads.map(\.valueSize).max() ?? 0
                let output = layer.heads.flatMap { stream.writing($0.output.dense(rows: width, columns: size)) }
                writer.add(prefix + "attention.output.weight", shape: [layer.heads.count, d, size], floats: output)
            }
            if layer.hiddenCount > 0 {
                writer.add(
                    prefix + "mlp.hidden.weight", shape: [layer.hiddenCount, d],
                    floats: stream.reading(layer.hidden.dense(rows: layer.hiddenCount, columns: width)))
                writer.add(prefix + "mlp.hidden.bias", shape: [layer.hiddenCount], floats: layer.hidden.bias)
                writer.add(
                    prefix + "mlp.output.weight", shape: [d, layer.hiddenCount],
                    floats: stream.writing(layer.output.dense(rows: width, columns: layer.hiddenCount)))
            }
        }
        return writer
    }

    private func add(_ maps: [SparseMap], _ name: String, _ stream: DenseStream, to writer: inout SafeTensorsWriter) {
        let rows = maps.map(\.rows).max() ?? 0
        writer.add(
            name + ".weight", shape: [maps.count, rows, stream.width],
            floats: maps.flatMap { stream.reading($0.dense(rows: rows, columns: width)) })
        writer.add(
            name + ".bias", shape: [maps.count, rows],
            floats: maps.flatMap { $0.bias + [Float](repeating: 0, count: rows - $0.rows) })
    }

    /// What `config.json` begins with.
    static let format = "tracr-inject compiled model"

    /// What `config.json` holds.
    package var configuration: JSONObject {
        let headSizes = storedLayers.map { layer in
            JSONValue.array(layer.heads.map { .array([.integer($0.keySize), .integer($0.valueSize)]) })
        }
        var object = JSONObject([
            ("format", .string(Self.format)), ("version", 1), ("name", .string(name)),
            ("vocabulary", .array(vocabulary.map(JSONValue.init(atom:)))), ("bos_token", .integer(vocabulary.count)),
            ("max_length", .integer(maxLength)), ("causal", .bool(causal)), ("layers", .integer(storedLayers.count)),
            ("heads_per_layer", .array(storedLayers.map { .integer($0.heads.count) })),
            ("head_sizes", .array(headSizes)),
            ("d_model", .integer(width)), ("d_head", .integer(headSize)), ("d_mlp", .integer(hiddenSize)),
            ("d_mlp_per_layer", .array(storedLayers.map { .integer($0.hiddenCount) })),
            ("activation", "relu"), ("normalization", .null), ("attention_scale", 1.0),
            ("basis", .array(basis.map(\.json))),
            ("variables", .array(variables.map(\.json))),
            (
                "output",
                .object(
                    JSONObject([
                        ("variable", .string(output)),
                        ("directions", .array(outputVariable.directions.map(JSONValue.integer))),
                        ("unembedding", .string(unembedding)),
                    ]))
            ),
        ])
        if !repeatedLayers.isEmpty { object["repeated_layers"] = .array(repeatedLayers.map(\.json)) }
        return object
    }

    private var unembedding: String {
        switch outputVariable.encoding {
        case .categorical:
            "the value whose direction is largest in the last state; undefined when none exceeds 0.5"
        case .numerical:
            "the number in the first direction of the last state, rounded to the nearest reachable one where those are listed; "
                + "the exception instead when its direction exceeds 0.5"
        }
    }
}

extension SafeTensorsWriter {
    /// Writes `model.safetensors` and what belongs beside it as one folder, whose parent is made where it is missing.
    package func save(to folder: URL, beside files: [(name: String, content: JSONValue)]) throws {
        try AtomicFile.createDirectory(folder.deletingLastPathComponent())
        try AtomicFile.replaceDirectory(at: folder) { temporary in
            try write(to: temporary.appendingPathComponent("model.safetensors"), metadata: ["format": "pt"])
            for (name, content) in files { try JSONFile.write(content, to: temporary.appendingPathComponent(name)) }
        }
    }
}

/// The stream that saved weights read and write: that of the basis, or one that a linear map makes of it.
package struct DenseStream {
    package let width: Int
    /// `[rows, D]` to `[rows, width]`.
    package var reading: ([Float]) -> [Float] = { $0 }
    /// `[D, columns]` to `[width, columns]`.
    package var writing: ([Float]) -> [Float] = { $0 }

    package init(width: Int) { self.width = width }
}

extension BasisDirection {
    var json: JSONValue {
        var object = JSONObject([
            ("label", .string(label)), ("variable", .string(variable)),
            ("value", value.map(JSONValue.init(atom:)) ?? .null), ("scratch", .bool(isScratch)),
        ])
        if !former.isEmpty {
            object["former"] = .array(
                former.map {
                    .object(JSONObject([("label", .string($0.label)), ("last_state", .integer($0.lastState))]))
                })
        }
        return .object(object)
    }
}

extension RepeatedLayers {
    fileprivate var json: JSONValue {
        .object(
            JSONObject([("first", .integer(first)), ("count", .integer(count)), ("times", .integer(times))]))
    }
}

extension CompiledVariable {
    /// As `config.json` describes it.
    package var json: JSONValue {
        var object = JSONObject([("name", .string(name))])
        switch encoding {
        case .categorical(let values, let directions):
            object["encoding"] = "categorical"
            object["values"] = .array(values.map(JSONValue.init(atom:)))
            object["directions"] = .array(directions.map(JSONValue.integer))
        case .numerical(let direction, let reachable):
            object["encoding"] = "numerical"
            object["directions"] = .array([.integer(direction)])
            object["reachable"] = .array(reachable.map(JSONValue.number))
            if let exception {
                object["exception"] = .object(
                    JSONObject([
                        ("direction", .integer(exception.direction)),
                        ("value", exception.value.map(JSONValue.init(atom:)) ?? .null),
                    ]))
            }
        }
        object["state"] = .integer(writtenByLayer)
        if let heldUntil { object["last_state"] = .integer(heldUntil) }
        object["scratch"] = .bool(isScratch)
        return .object(object)
    }
}

extension JSONValue {
    /// Numbers, booleans and strings as themselves, tuples as arrays.
    package init(atom: Atom) {
        switch atom {
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .integer(value)
        case .float(let value): self = value.isFinite ? .number(value) : .string(atom.description)
        case .string(let value): self = .string(value)
        case .tuple(let items): self = .array(items.map(JSONValue.init(atom:)))
        }
    }
}

extension SparseMap {
    /// `[rows, columns]` row-major, padded with zeros.
    package func dense(rows: Int, columns: Int) -> [Float] {
        var result = [Float](repeating: 0, count: rows * columns)
        for entry in entries { result[entry.row * columns + entry.column] = entry.weight }
        return result
    }

    /// `[columns, rows]` row-major: an embedding table.
    var denseColumns: [Float] {
        var result = [Float](repeating: 0, count: rows * columns)
        for entry in entries { result[entry.column * rows + entry.row] = entry.weight }
        return result
    }
}
