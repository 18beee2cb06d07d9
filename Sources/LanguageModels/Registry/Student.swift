import Basics
import Foundation
import TensorCore

/// A model with its tokenizer: what a Hugging Face folder holds.
public struct Student: Sendable {
    public var model: any LanguageModel
    public var tokenizer: Tokenizer
    /// Of the matrix products when the student is measured.
    public var precision = NumberFormat.fp32

    /// How the folder that it was read from says texts are to be generated (`generation_config.json`), as it stands
    /// there.
    private var generationSettings: Data?
    /// Whether it was read from a folder, whose settings are saved again as they were.
    private var isLoaded = false

    /// A tokenizer may have more tokens than the model has rows for them, as long as no text uses one.
    public init(model: any LanguageModel, tokenizer: Tokenizer) throws(Failure) {
        let configuration = model.configuration
        self.model = model
        self.tokenizer = tokenizer.fitted(rows: configuration.vocabularySize, endOfText: configuration.endOfText)
    }

    public var configuration: any ModelConfiguration { model.configuration }

    /// The token that ends a text: the tokenizer's, or else the one that `config.json` names.
    public var endOfText: Int32? { tokenizer.endOfText }

    /// Reads a Hugging Face folder.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - gradients: Whether the model is to be trained; without, fp32 weights stay in the mapped file.
    /// - Throws: `Failure` for a folder that holds no model and tokenizer, or one that cannot be used.
    public static func load(from folder: URL, gradients: Bool = true) throws -> Student {
        let model = try ModelRegistry.load(from: folder, gradients: gradients)
        do {
            var student = try Student(model: model, tokenizer: Tokenizer.load(folder))
            student.isLoaded = true
            let generation = folder.appendingPathComponent(generationFile)
            if FileManager.default.fileExists(atPath: generation.path) {
                student.generationSettings = try MappedFile(contentsOf: generation, maximumBytes: 1_000_000).data
            }
            return student
        } catch let failure as Failure {
            throw failure.located(at: folder.path)
        }
    }

    private static let generationFile = "generation_config.json"

    /// Writes a folder that `transformers` loads. It takes the place of one that was there, whole or not at all.
    ///
    /// - Parameters:
    ///   - folder: The folder, whose parent is made where it is missing.
    ///   - extras: More files, by name: a model card, say.
    ///   - weights: Type and files of the weights.
    public func save(to folder: URL, extras: [String: Data] = [:], weights: WeightFiles = WeightFiles()) throws {
        try AtomicFile.replaceDirectory(at: folder) { temporary in
            try write(into: temporary, weights: weights)
            for (name, data) in extras { try AtomicFile.write(data, to: temporary.appendingPathComponent(name)) }
        }
    }

    /// Writes the files into a folder that exists: part of something larger that is put in place as a whole.
    public func write(into folder: URL, weights: WeightFiles = WeightFiles()) throws(Failure) {
        let generation = folder.appendingPathComponent(Self.generationFile)
        var configuration = configuration
        if isLoaded {
            if let generationSettings { try AtomicFile.write(generationSettings, to: generation) }
        } else {
            configuration.endOfText = endOfText.map(Int.init)
            var settings = JSONObject([("_from_model_config", true)])
            for key in ["bos_token_id", "eos_token_id"] {
                settings[key] = configuration.endOfText.map(JSONValue.integer)
            }
            configuration.otherKeys["bos_token_id"] = settings["bos_token_id"]
            for (key, value) in configuration.keysOfNewFiles.members { configuration.otherKeys[key] = value }
            try JSONFile.write(.object(settings), to: generation)
        }
        var json = configuration.json.object ?? JSONObject()
        json["dtype"] = .string(weights.dtype)
        try JSONFile.write(.object(json), to: folder.appendingPathComponent("config.json"))
        try tokenizer.save(to: folder, contextLength: configuration.contextLength)
        try model.writeWeights(into: folder, as: weights)
    }
}
