import BasicTestSupport
import Basics
import Foundation
import LanguageModels
import TensorCore
import Testing

@Suite struct ModelRegistryTests {
    private let tokenizer = Result {
        try Tokenizer.train(on: TrainingText.chunks(count: 5), vocabularySize: 360)
    }

    private func student(isTied: Bool) throws -> Student {
        let configuration = LlamaConfiguration(
            vocabularySize: 361, contextLength: 16, width: 12, layers: 2, heads: 6, keyValueHeads: 2, innerWidth: 20,
            isTied: isTied)
        return try Student(model: configuration.model(seed: 5), tokenizer: tokenizer.get())
    }

    private func logits(_ model: any LanguageModel) -> [Float] {
        let tape = Tape(arena: Arena(), recording: false)
        return model.logits(tape, model.forward(tape, PackedBatch([[1, 2, 3], [4, 5]]))).value.values
    }

    @Test(arguments: [true, false])
    func llamasReadBack(isTied: Bool) throws {
        try withFolder { folder in
            let student = try student(isTied: isTied)
            try student.write(into: folder)
            let weights = try SafeTensorsFolder(contentsOf: folder)
            #expect((weights.file(holding: "lm_head.weight") == nil) == isTied)
            #expect(weights.file(holding: "model.layers.1.self_attn.k_proj.weight") != nil)
            for gradients in [true, false] {
                let read = try Student.load(from: folder, gradients: gradients)
                #expect(read.model is LlamaModel)
                #expect(logits(read.model) == logits(student.model))
                #expect(read.configuration.endOfText == 359)
            }
        }
    }

    /// The weights of a folder written anew, some of them changed.
    private func failureOfLoading(
        isTied: Bool, _ edit: (inout [String: (shape: [Int], values: [Float])]) -> Void
    ) throws -> Failure? {
        try withFolder { folder in
            let student = try student(isTied: isTied)
            try student.write(into: folder)
            var tensors: [String: (shape: [Int], values: [Float])] = [:]
            for tensor in student.configuration.tensors {
                let values = student.model.parameters[tensor.name].value.values
                tensors[tensor.spellings[0]] = (tensor.shape.dimensions, values)
            }
            edit(&tensors)
            var writer = SafeTensorsWriter()
            for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
                writer.add(name, shape: tensor.shape, floats: tensor.values)
            }
            try writer.write(to: folder.appendingPathComponent("model.safetensors"))
            return failure { _ = try Student.load(from: folder) }
        }
    }

    @Test func headsAreTiedAsTheConfigurationSays() throws {
        let (head, embedding) = ("lm_head.weight", "model.embed_tokens.weight")
        #expect(try failureOfLoading(isTied: true) { $0[head] = $0[embedding] } == nil)
        #expect(try failureOfLoading(isTied: true) { $0[head] = $0.removeValue(forKey: embedding) } == nil)
        let other = try failureOfLoading(isTied: true) {
            $0[head] = ([361, 12], [Float](repeating: 1, count: 361 * 12))
        }
        #expect(other?.kind == .badData && other?.message.contains(head) == true)
        let missing = try failureOfLoading(isTied: false) { $0[head] = nil }
        #expect(missing?.kind == .badData && missing?.message.contains(head) == true)
    }

    @Test func damagedWeightsAreNamed() throws {
        let name = "model.layers.1.mlp.up_proj.weight"
        let edits: [(inout [String: (shape: [Int], values: [Float])]) -> Void] = [
            { $0[name] = nil }, { $0[name]?.shape = [12, 20] }, { $0[name]?.values[3] = .nan },
        ]
        for edit in edits {
            let failure = try #require(try failureOfLoading(isTied: true, edit))
            #expect(failure.kind == .badData && failure.message.contains(name), "\(failure)")
        }
        let deeper = "model.layers.2.input_layernorm.weight"
        let failure = try #require(
            try failureOfLoading(isTied: true) { $0[deeper] = ([12], [Float](repeating: 1, count: 12)) })
        #expect(failure.kind == .badData && failure.message.contains(deeper))
    }

    /// By name, with the families there are.
    @Test(arguments: ["\"mistral\"", "\"Llama\"", "3", "null"])
    func otherFamiliesAreRefused(type: String) throws {
        try withFolder { folder in
            try student(isTied: true).write(into: folder)
            let file = folder.appendingPathComponent("config.json")
            var json = try JSONFile.readObject(file)
            json["model_type"] = try JSONParser.parse(type)
            try JSONFile.write(.object(json), to: file)
            let failure = try #require(failure { _ = try Student.load(from: folder) })
            #expect(failure.kind == .badData && failure.message.contains("model_type is \(type)"), "\(failure.message)")
            #expect(failure.remedy?.contains("gpt2") == true && failure.remedy?.contains("llama") == true)
        }
    }
}
