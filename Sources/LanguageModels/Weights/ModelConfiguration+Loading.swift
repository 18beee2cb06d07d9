import Basics
import Foundation
import TensorCore

extension ModelConfiguration {
    /// The model of this configuration with the weights of a folder: `model.safetensors`, or its shards.
    ///
    /// - Parameters:
    ///   - gradients: Whether it is to be trained. A frozen model uses fp32 weights where they lie in the file.
    ///   - checkingFinite: Whether every weight is looked at, and NaN and infinity are refused.
    /// - Throws: `.notFound`; `.badData` naming the file and the tensor.
    func loadModel(from folder: URL, gradients: Bool, checkingFinite: Bool) throws -> any LanguageModel {
        let source = try CheckpointSource(folder, self)
        let weights = try source.weights(gradients: gradients)
        if checkingFinite { try source.requireFinite(weights) }
        return model(weights)
    }
}

/// The tensors of a checkpoint, matched with a model's parameters before anything is allocated for them.
private struct CheckpointSource {
    private struct Item {
        let tensor: ModelTensor
        /// As the file spells it.
        let name: String
        let file: SafeTensorsFile
    }

    private let configuration: any ModelConfiguration
    private let items: [Item]

    init(_ folder: URL, _ configuration: any ModelConfiguration) throws(Failure) {
        let weights = try SafeTensorsFolder(contentsOf: folder)
        var items: [Item] = []
        for tensor in configuration.tensors {
            guard let name = tensor.spellings.first(where: { weights.file(holding: $0) != nil }),
                let file = weights.file(holding: name)
            else {
                throw Failure(
                    .badData, "the weights have no tensor \(quoted(tensor.spellings[0])), which config.json implies",
                    at: folder.path, remedy: "Looked for: \(tensor.spellings.joined(separator: ", ")).")
            }
            let found = try file.entry(name).shape
            guard found == tensor.shape.dimensions else {
                throw Failure(
                    .badData, "tensor \(quoted(name)) has shape \(found), and config.json implies \(tensor.shape)",
                    at: file.url.path)
            }
            items.append(Item(tensor: tensor, name: name, file: file))
        }
        self.configuration = configuration
        self.items = items
        try Self.refuseMoreLayers(weights, configuration)
        try requireTiedHead(weights)
    }

    /// A checkpoint deeper than its configuration would load, and be another model.
    private static func refuseMoreLayers(
        _ weights: SafeTensorsFolder, _ configuration: any ModelConfiguration
    ) throws(Failure) {
        for beyond in configuration.tensors(ofLayer: configuration.layers).flatMap(\.spellings) {
            guard let file = weights.file(holding: beyond) else { continue }
            throw Failure(
                .badData,
                "the weights have tensor \(quoted(beyond)), and config.json says \(configuration.layers) layers",
                at: file.url.path)
        }
    }

    /// A head of its own, where a checkpoint of a model with tied embeddings has one, must be the embedding again.
    private func requireTiedHead(_ weights: SafeTensorsFolder) throws(Failure) {
        let headName = configuration.headName
        guard let tied = configuration.tiedHead, let headFile = weights.file(holding: headName),
            let table = items.first(where: { $0.tensor.name == tied }), table.name != headName
        else { return }
        let head = try headFile.floats(headName)
        guard try head == table.file.floats(table.name) else {
            throw Failure(
                .badData, "\(headName) differs from \(table.name), and config.json says that the two are tied",
                at: headFile.url.path)
        }
    }

    func weights(gradients: Bool) throws -> ModelWeights {
        if gradients {
            let weights = ModelWeights(zeros: configuration)
            try read(items, into: weights.store)
            return weights
        }
        let store = ParameterStore(gradients: false)
        var copied: [Item] = []
        for item in items {
            if let values = item.file.mappedFloats(item.name)?.baseAddress {
                store.add(name: item.tensor.name, shape: item.tensor.shape, mapped: values, owner: item.file.mapping)
            } else {
                store.add(name: item.tensor.name, shape: item.tensor.shape, decay: false)
                copied.append(item)
            }
        }
        store.allocate()
        try read(copied, into: store)
        return ModelWeights(store: store)
    }

    private func read(_ items: [Item], into store: ParameterStore) throws {
        try forEach(items) { item throws(Failure) in
            try item.file.readFloats(item.name, into: store[item.tensor.name].value.buffer)
        }
    }

    func requireFinite(_ weights: ModelWeights) throws {
        try forEach(items) { item throws(Failure) in
            let values = UnsafeBufferPointer(weights.store[item.tensor.name].value.buffer)
            try FiniteCheck.require(values, tensor: item.name, file: item.file.url.path)
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
