import Basics
import Foundation

/// The families of models that are known, by the `model_type` of their `config.json`. A new family is a file in
/// `Families/` and a line here.
public enum ModelRegistry {
    public static let families: [any DecoderFamily.Type] = [
        GPT2.self, Llama.self, Qwen2.self, Qwen3.self, GPTNeoX.self, OPT.self,
    ]

    private static func configuration<Family: DecoderFamily>(
        _ family: Family.Type
    ) -> any ModelConfiguration.Type { DecoderConfiguration<Family>.self }

    /// The published models whose sizes can be measured without their weights.
    public static var presets: [(name: String, configuration: any ModelConfiguration)] {
        families.flatMap { configuration($0).presets }
    }

    /// Reads the configuration of a Hugging Face folder.
    ///
    /// - Throws: `.notFound`; `.badData` for a family that is not known, and naming the key of what cannot be used.
    public static func configuration(of folder: URL) throws(Failure) -> any ModelConfiguration {
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw Failure(.notFound, "there is no folder \(folder.path)")
        }
        let file = folder.appendingPathComponent("config.json")
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw Failure(.notFound, "\(folder.path) holds no model: it has no config.json")
        }
        return try configuration(JSONFile.readObject(file, maximumBytes: 4_000_000), at: file.path)
    }

    /// The configuration of a `config.json` with this content. The first files of GPT-2 name no family.
    public static func configuration(_ json: JSONObject, at place: String) throws(Failure) -> any ModelConfiguration {
        let type = json["model_type"] ?? .string(GPT2.modelType)
        guard let family = families.first(where: { type == .string($0.modelType) }) else {
            let known = families.map { quoted($0.modelType) }.joined(separator: ", ")
            throw Failure(
                .badData, "model_type is \(type.text(indented: false)), a family of models that is not supported",
                at: place, remedy: "Give a model of a family that is: \(known).")
        }
        return try configuration(family).init(json, at: place)
    }

    /// Reads the model of a Hugging Face folder: `config.json` and `model.safetensors`, or its shards.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - gradients: Whether it is to be trained. A frozen model uses fp32 weights where they lie in the file.
    ///   - checkingFinite: Whether every weight is looked at, and NaN and infinity are refused.
    /// - Throws: `.notFound`; `.badData` naming the file, and the key or tensor.
    public static func load(
        from folder: URL, gradients: Bool = true, checkingFinite: Bool = true
    ) throws -> any LanguageModel {
        try configuration(of: folder).loadModel(from: folder, gradients: gradients, checkingFinite: checkingFinite)
    }
}
