import Foundation
import Serialization
import TensorCore

extension GPT2Model {
    /// Reads the model of a Hugging Face folder: `config.json` and `model.safetensors`, or its shards.
    ///
    /// - Parameters:
    ///   - gradients: Whether it is to be trained. A frozen model uses fp32 weights where they lie in the file.
    ///   - checkingFinite: Whether every weight is looked at, and NaN and infinity are refused.
    /// - Throws: `.notFound`; `.badData` naming the file, and the key or tensor.
    public static func load(
        from folder: URL, gradients: Bool = true, checkingFinite: Bool = true
    ) throws -> GPT2Model {
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw Failure(.notFound, "there is no folder \(folder.path)")
        }
        let configurationFile = folder.appendingPathComponent("config.json")
        guard FileManager.default.fileExists(atPath: configurationFile.path) else {
            throw Failure(.notFound, "\(folder.path) holds no model: it has no config.json")
        }
        let configuration = try GPT2Configuration.load(configurationFile)
        let source = try CheckpointSource(folder, configuration)
        let model = try source.model(gradients: gradients)
        if checkingFinite { try source.requireFinite(model) }
        return model
    }
}

/// The tensors of a checkpoint, matched with a model's parameters before anything is allocated for them.
private struct CheckpointSource {
    private struct Item {
        let parameter: String
        let shape: Shape
        let tensor: String
        let file: SafeTensorsFile
    }

    private let configuration: GPT2Configuration
    private let items: [Item]

    init(_ folder: URL, _ configuration: GPT2Configuration) throws(Failure) {
        let weights = try SafeTensorsFolder(contentsOf: folder)
        var items: [Item] = []
        for (name, shape) in GPT2Model.shapes(configuration) {
            let spellings = Self.spellings(of: name)
            guard let tensor = spellings.first(where: { weights.file(holding: $0) != nil }),
                let file = weights.file(holding: tensor)
            else {
                throw Failure(
                    .badData, "the weights have no tensor \(quoted(spellings[0])), which config.json implies",
                    at: folder.path, remedy: "Looked for: \(spellings.joined(separator: ", ")).")
            }
            let found = try file.entry(tensor).shape
            guard found == shape.dimensions else {
                throw Failure(
                    .badData, "tensor \(quoted(tensor)) has shape \(found), and config.json implies \(shape)", at: file.url.path)
            }
            items.append(Item(parameter: name, shape: shape, tensor: tensor, file: file))
        }
        self.configuration = configuration
        self.items = items
        try Self.refuseMoreLayers(weights, configuration)
        try Self.requireTiedHead(weights)
    }

    /// Saved from the model with a head, names have a prefix; from the bare model, or by OpenAI, they have none. The head is the
    /// token embedding, and a file that holds the two once may name either.
    private static func spellings(of name: String) -> [String] {
        ["transformer." + name, name] + (name == "wte.weight" ? [headName] : [])
    }

    private static let headName = "lm_head.weight"

    /// A checkpoint deeper than its configuration would load, and be another model.
    private static func refuseMoreLayers(_ weights: SafeTensorsFolder, _ configuration: GPT2Configuration) throws(Failure) {
        for beyond in spellings(of: "h.\(configuration.layers).ln_1.weight") {
            guard let file = weights.file(holding: beyond) else { continue }
            throw Failure(
                .badData, "the weights have tensor \(quoted(beyond)), and config.json says n_layer \(configuration.layers)",
                at: file.url.path)
        }
    }

    /// A head of its own, where a checkpoint has one, must be the embedding again.
    private static func requireTiedHead(_ weights: SafeTensorsFolder) throws(Failure) {
        guard let headFile = weights.file(holding: headName),
            let table = spellings(of: "wte.weight").first(where: { weights.file(holding: $0) != nil }), table != headName,
            let tableFile = weights.file(holding: table)
        else { return }
        let head = try headFile.floats(headName)
        guard try head == tableFile.floats(table) else {
            throw Failure(
                .badData, "\(headName) differs from \(table), and only models with tied embeddings are supported",
                at: headFile.url.path)
        }
    }

    func model(gradients: Bool) throws -> GPT2Model {
        if gradients {
            let model = GPT2Model(configuration: configuration)
            try read(items, into: model.parameters)
            return model
        }
        let store = ParameterStore(gradients: false)
        var copied: [Item] = []
        for item in items {
            if let values = item.file.mappedFloats(item.tensor)?.baseAddress {
                store.add(name: item.parameter, shape: item.shape, mapped: values, owner: item.file.mapping)
            } else {
                store.add(name: item.parameter, shape: item.shape, decay: false)
                copied.append(item)
            }
        }
        store.allocate()
        try read(copied, into: store)
        return GPT2Model(configuration: configuration, store: store)
    }

    private func read(_ items: [Item], into store: ParameterStore) throws {
        try forEach(items) { item throws(Failure) in
            try item.file.readFloats(item.tensor, into: store[item.parameter].value.buffer)
        }
    }

    func requireFinite(_ model: GPT2Model) throws {
        try forEach(items) { item throws(Failure) in
            let values = UnsafeBufferPointer(model.parameters[item.parameter].value.buffer)
            try FiniteCheck.require(values, tensor: item.tensor, file: item.file.url.path)
        }
    }

    /// Over all processors; the first failure, in the order of the checkpoint, is thrown.
    private func forEach(_ items: [Item], _ body: (Item) throws(Failure) -> Void) throws {
        var failures = [Failure?](repeating: nil, count: items.count)
        failures.withUnsafeMutableBufferPointer { failures in
            Parallel.each(items.count) { index in
                do throws(Failure) { try body(items[index]) } catch { failures[index] = error }
            }
        }
        if let failure = failures.lazy.compactMap({ $0 }).first { throw failure }
    }
}
