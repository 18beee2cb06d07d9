import Basics
import Foundation

extension CompiledModel {
    /// Reads what `save(to:)` wrote.
    ///
    /// - Throws: `Failure` for a missing or malformed file, or shapes that do not fit together.
    public static func load(from folder: URL) throws -> CompiledModel {
        let path = folder.appendingPathComponent("config.json")
        let reader = ConfigurationReader(try JSONFile.read(path), path.path)
        if let type = reader.modelType {
            throw Failure(
                .badData, "the folder holds a model of type '\(type)' for transformers, not labelled weights",
                at: path.path, remedy: "compile the program without --format gpt2")
        }
        guard try reader.string("format") == Self.format else {
            throw reader.failure("'format' is not \"\(Self.format)\"")
        }
        let tensors = try SafeTensorsFile(contentsOf: folder.appendingPathComponent("model.safetensors"))
        let vocabulary = try reader.atoms("vocabulary")
        let maxLength = try reader.integer("max_length", in: 1...CompilerOptions.Limits().length)
        let basis = try reader.basis()
        let width = basis.count
        guard !vocabulary.isEmpty, width > 0 else { throw reader.failure("vocabulary and basis must not be empty") }
        let tensorReader = TensorReader(file: tensors, width: width)
        let sizes = try reader.headSizes()
        let hidden = try reader.integers("d_mlp_per_layer")
        guard hidden.count == sizes.count else {
            throw reader.failure("'d_mlp_per_layer' and 'head_sizes' differ in length")
        }
        let layers = try zip(sizes, hidden).enumerated().map { number, layer in
            try tensorReader.layer(number, headSizes: layer.0, hidden: layer.1)
        }
        let repeated = try reader.repeatedLayers(stored: layers.count)
        let variables = try reader.variables(width: width, layers: repeated.executedCount(stored: layers.count))
        let output = try reader.outputName()
        guard variables.contains(where: { $0.name.hasSameBytes(as: output) }) else {
            throw reader.failure("the output '\(output)' is not among the variables")
        }
        return CompiledModel(
            name: try reader.string("name"), vocabulary: vocabulary, maxLength: maxLength,
            causal: try reader.bool("causal"),
            basis: basis, variables: variables, output: output,
            tokenEmbedding: try tensorReader.embedding("embedding.tokens", rows: vocabulary.count + 1),
            positionEmbedding: try tensorReader.embedding("embedding.positions", rows: maxLength + 1), layers: layers,
            repeated: repeated)
    }
}

/// Dense tensors back to sparse maps.
private struct TensorReader {
    let file: SafeTensorsFile
    let width: Int

    func floats(_ name: String, _ shape: [Int]) throws -> [Float] {
        let entry = try file.entry(name)
        guard entry.shape == shape else {
            throw Failure(
                .badData, "tensor '\(name)' has shape \(entry.shape), and the configuration asks for \(shape)",
                at: file.url.path, remedy: "compile the program again")
        }
        let values = try file.floats(name)
        try values.withUnsafeBufferPointer { try FiniteCheck.require($0, tensor: name, file: file.url.path) }
        return values
    }

    func embedding(_ name: String, rows: Int) throws -> SparseMap {
        let values = try floats(name, [rows, width])
        return SparseMap(
            rows: width, columns: rows, bias: [Float](repeating: 0, count: width),
            entries: nonzeros(values[...], columns: width).map { (row: $0.column, column: $0.row, weight: $0.weight) })
    }

    func layer(_ number: Int, headSizes: [(key: Int, value: Int)], hidden: Int) throws -> CompiledLayer {
        let prefix = "layers.\(number)."
        let keySizes = headSizes.map(\.key)
        let valueSizes = headSizes.map(\.value)
        let queries = try maps(prefix + "attention.query", keySizes)
        let keys = try maps(prefix + "attention.key", keySizes)
        let values = try maps(prefix + "attention.value", valueSizes)
        let size = valueSizes.max() ?? 0
        let writes =
            headSizes.isEmpty || size == 0
            ? [] : try floats(prefix + "attention.output.weight", [headSizes.count, width, size])
        let heads = headSizes.indices.map { head in
            CompiledHead(
                query: queries[head], key: keys[head], value: values[head],
                output: unbiased(
                    writes[(head * width * size)..<((head + 1) * width * size)], columns: size, kept: valueSizes[head]))
        }
        guard hidden > 0 else {
            let empty = SparseMap(rows: 0, columns: width, bias: [], entries: [])
            return CompiledLayer(heads: heads, hidden: empty, output: unbiased([], columns: 0, kept: 0))
        }
        let reads = try floats(prefix + "mlp.hidden.weight", [hidden, width])
        return CompiledLayer(
            heads: heads,
            hidden: SparseMap(
                rows: hidden, columns: width, bias: try floats(prefix + "mlp.hidden.bias", [hidden]),
                entries: nonzeros(reads[...], columns: width)),
            output: unbiased(
                try floats(prefix + "mlp.output.weight", [width, hidden])[...], columns: hidden, kept: hidden))
    }

    private func maps(_ name: String, _ sizes: [Int]) throws -> [SparseMap] {
        let rows = sizes.max() ?? 0
        guard rows > 0 else { return sizes.map { _ in SparseMap(rows: 0, columns: width, bias: [], entries: []) } }
        let weights = try floats(name + ".weight", [sizes.count, rows, width])
        let biases = try floats(name + ".bias", [sizes.count, rows])
        return sizes.enumerated().map { head, size in
            SparseMap(
                rows: size, columns: width, bias: Array(biases[(head * rows)..<(head * rows + size)]),
                entries: nonzeros(weights[(head * rows * width)..<((head * rows + size) * width)], columns: width))
        }
    }

    private func unbiased(_ values: ArraySlice<Float>, columns: Int, kept: Int) -> SparseMap {
        SparseMap(
            rows: width, columns: kept, bias: [Float](repeating: 0, count: width),
            entries: nonzeros(values, columns: columns).filter { $0.column < kept })
    }

    private func nonzeros(_ values: ArraySlice<Float>, columns: Int) -> [(row: Int, column: Int, weight: Float)] {
        values.enumerated().compactMap { index, value in value == 0 ? nil : (index / columns, index % columns, value) }
    }
}
