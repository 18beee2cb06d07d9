import BasicTestSupport
import Basics
import Foundation
import LanguageModels
import TensorCore
import Testing

/// What every family of the registry has, by one loop: a new one is held to it from its first day.
@Suite struct RegisteredFamilyTests {
    private static let families = ModelRegistry.families.map { $0.modelType }

    private func student(_ type: String) throws -> Student {
        let family = try #require(ModelRegistry.families.first { $0.modelType == type })
        let tokenizer = try Tokenizer.train(on: TrainingText.chunks(count: 5), vocabularySize: 360)
        func configuration<Family: DecoderFamily>(_ family: Family.Type) -> any ModelConfiguration {
            var shape = Family.plain
            (shape.vocabularySize, shape.contextLength, shape.width) = (360, 24, 32)
            (shape.layers, shape.heads, shape.headWidth, shape.innerWidth) = (2, 4, 8, 36)
            if Family.keys.keyValueHeads != nil { shape.keyValueHeads = 2 }
            return DecoderConfiguration<Family>(shape, endOfText: tokenizer.endOfText.map(Int.init))
        }
        return try Student(model: configuration(family).model(seed: 3), tokenizer: tokenizer)
    }

    /// The tests against `transformers` have a model of it (`FamilyGoldenTests`; `ModelGoldenTests` for GPT-2).
    @Test(arguments: families)
    func thePeerHasComputedIt(type: String) {
        let compared = FamilyFormula.all.map { Swift.type(of: $0.configuration).modelType } + [GPT2.modelType]
        #expect(compared.contains(type))
    }

    /// A size is published, so that `bench --student` knows it.
    @Test(arguments: families)
    func aPublishedSizeIsKnown(type: String) {
        let known = ModelRegistry.presets.map { Swift.type(of: $0.configuration).modelType }
        #expect(known.contains(type))
    }

    /// In each type, in one file and in several, written from memory and from what was read.
    @Test(arguments: families, [ElementType.float32, .float16, .bfloat16])
    func foldersComeBack(type: String, element: ElementType) throws {
        let student = try student(type)
        let rounded = student.model.parameters.parameters.map { parameter in
            parameter.value.values.map { value -> Float in
                switch element {
                case .float16: HalfPrecision.float(half: HalfPrecision.half(value))
                case .bfloat16: HalfPrecision.float(bfloat: HalfPrecision.bfloat(value))
                default: value
                }
            }
        }
        for shardBytes in [nil, 20_000] {
            try withFolder { outer in
                let (first, second) = (outer.appendingPathComponent("a"), outer.appendingPathComponent("b"))
                let files = WeightFiles(type: element, shardBytes: shardBytes)
                try student.save(to: first, weights: files)
                try Student.load(from: first, gradients: false).save(to: second, weights: files)
                for folder in [first, second] {
                    let read = try Student.load(from: folder)
                    #expect(Swift.type(of: read.configuration).modelType == type)
                    #expect(read.model.parameters.parameters.map(\.value.values) == rounded)
                    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                    #expect(names.contains("model.safetensors") == (shardBytes == nil))
                    let config = try JSONFile.readObject(folder.appendingPathComponent("config.json"))
                    #expect(config["dtype"] == .string("\(element)"))
                    guard let shardBytes else { continue }
                    let shards = names.filter { $0.hasPrefix("model-0") }
                    #expect(shards.count > 1 && names.contains("model.safetensors.index.json"))
                    for shard in shards {
                        let file = try SafeTensorsFile(contentsOf: folder.appendingPathComponent(shard))
                        let sizes = try file.names.map { try file.entry($0).shape.reduce(element.bits / 8, *) }
                        #expect(sizes.reduce(0, +) <= shardBytes || sizes.count == 1)
                    }
                }
            }
        }
    }

    @Test func whatHalfPrecisionCannotHoldIsRefused() throws {
        let student = try student("llama")
        student.model.parameters.parameters[0].value[7] = 65_520
        try withFolder { folder in
            let refusal = try #require(
                failure {
                    try student.save(to: folder.appendingPathComponent("a"), weights: WeightFiles(type: .float16))
                })
            #expect(refusal.kind == .badData && refusal.message.contains("embed_tokens"))
        }
    }

    /// With the cache, and with the whole text anew for each token.
    @Test(arguments: families)
    func cachedGenerationIsThePlainOne(type: String) throws {
        let model = try student(type).model
        let prompts: [[Int32]] = [[3, 1, 4], [1, 5, 9, 2, 6], [5]]
        let expected = prompts.map { plainContinuation(of: $0, by: model, count: 6) }
        #expect(try model.generate(prompts: prompts, maxNewTokens: 6) == expected)
    }
}
