import Foundation
import Serialization
import TensorCore

/// A model with its tokenizer: what a Hugging Face folder holds.
public struct Student: Sendable {
    public var model: GPT2Model
    public var tokenizer: Tokenizer
    /// Of the matrix products when the student is measured.
    public var precision = NumberFormat.fp32

    /// - Throws: `.badData` when the tokenizer has more tokens than the model has rows for them.
    public init(model: GPT2Model, tokenizer: Tokenizer) throws(Failure) {
        guard tokenizer.count <= model.configuration.vocabularySize else {
            throw Failure(
                .badData,
                "the tokenizer has \(tokenizer.count) tokens, and the model vocab_size \(model.configuration.vocabularySize)")
        }
        self.model = model
        self.tokenizer = tokenizer
    }

    public var configuration: GPT2Configuration { model.configuration }

    /// The token that ends a text: the tokenizer's, or else the one that `config.json` names.
    public var endOfText: Int32? { tokenizer.endOfText ?? configuration.endOfText.flatMap(Int32.init(exactly:)) }

    /// Reads a Hugging Face folder.
    ///
    /// - Parameter gradients: Whether the model is to be trained; without, fp32 weights stay in the mapped file.
    public static func load(from folder: URL, gradients: Bool = true) throws -> Student {
        let model = try GPT2Model.load(from: folder, gradients: gradients)
        do {
            return try Student(model: model, tokenizer: Tokenizer.load(folder))
        } catch let failure as Failure {
            throw failure.located(at: folder.path)
        }
    }

    /// Writes a folder that `transformers` loads. It takes the place of one that was there, whole or not at all.
    ///
    /// - Parameter extras: More files, by name: a model card, say.
    public func save(to folder: URL, extras: [String: Data] = [:]) throws {
        try AtomicFile.replaceDirectory(at: folder) { temporary in
            try write(into: temporary)
            for (name, data) in extras { try AtomicFile.write(data, to: temporary.appendingPathComponent(name)) }
        }
    }

    /// Writes the files into a folder that exists: part of something larger that is put in place as a whole.
    public func write(into folder: URL) throws(Failure) {
        var configuration = configuration
        configuration.endOfText = endOfText.map(Int.init)
        try JSONFile.write(configuration.json, to: folder.appendingPathComponent("config.json"))
        var generation: JSONValue = ["_from_model_config": true]
        if let end = configuration.endOfText {
            generation = ["_from_model_config": true, "bos_token_id": .integer(end), "eos_token_id": .integer(end)]
        }
        try JSONFile.write(generation, to: folder.appendingPathComponent("generation_config.json"))
        try tokenizer.save(to: folder, contextLength: configuration.contextLength)
        try model.writeWeights(to: folder.appendingPathComponent("model.safetensors"))
    }
}

extension GPT2Model {
    /// Writes the weights in fp32 under the names of `GPT2LMHeadModel`; the head is tied and left out.
    public func writeWeights(to file: URL) throws(Failure) {
        var writer = SafeTensorsWriter()
        for parameter in parameters.parameters {
            writer.add(
                "transformer." + parameter.name, shape: parameter.shape.dimensions,
                floats: UnsafeBufferPointer(parameter.value.buffer))
        }
        try writer.write(to: file, metadata: ["format": "pt"])
    }
}
