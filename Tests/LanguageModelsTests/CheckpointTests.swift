import BasicTestSupport
import Basics
import Foundation
import LanguageModels
import TensorCore
import Testing

@Suite struct CheckpointTests {
    private let tokenizer = Result {
        try Tokenizer.train(on: TrainingText.chunks(count: 5), vocabularySize: 360)
    }

    private func student() throws -> Student {
        let configuration = GPT2Configuration(
            vocabularySize: 361, contextLength: 16, width: 12, layers: 2, heads: 3, innerWidth: 20)
        return try Student(model: GPT2Model(configuration: configuration, seed: 5), tokenizer: tokenizer.get())
    }

    private func logits(_ model: any LanguageModel) -> [Float] {
        let tape = Tape(arena: Arena(), recording: false)
        return model.logits(tape, model.forward(tape, PackedBatch([[1, 2, 3], [4, 5]]))).value.values
    }

    @Test func studentsReadBack() throws {
        try withFolder { outer in
            let folder = outer.appendingPathComponent("student")
            let student = try student()
            try student.save(to: folder, extras: ["README.md": Data("card".utf8)])
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(
                names == [
                    "README.md", "config.json", "generation_config.json", "merges.txt", "model.safetensors",
                    "tokenizer.json", "tokenizer_config.json", "vocab.json",
                ])
            for gradients in [true, false] {
                let read = try Student.load(from: folder, gradients: gradients)
                #expect(logits(read.model) == logits(student.model))
                #expect(read.endOfText == 359 && read.configuration.endOfText == 359)
                #expect(read.model.parameters.hasGradients == gradients)
            }
            // A mapped model goes on when its file is replaced, and can itself be saved there.
            let mapped = try Student.load(from: folder, gradients: false)
            try mapped.save(to: folder)
            #expect(try FileManager.default.contentsOfDirectory(atPath: outer.path) == ["student"])
            #expect(logits(mapped.model) == logits(student.model))
            #expect(logits(try Student.load(from: folder).model) == logits(student.model))
        }
    }

    /// OpenAI's own files have no prefix, and carry the masks of attention.
    @Test func namesWithoutPrefixAreRead() throws {
        try withFolder { folder in
            let student = try student()
            try student.write(into: folder)
            var writer = SafeTensorsWriter()
            for parameter in student.model.parameters.parameters {
                writer.add(parameter.name, shape: parameter.shape.dimensions, floats: parameter.value.values)
            }
            writer.add("h.0.attn.bias", shape: [1, 1, 2, 2], floats: [1, 0, 1, 1])
            writer.add("h.0.attn.masked_bias", shape: [], floats: [-1e4])
            try writer.write(to: folder.appendingPathComponent("model.safetensors"))
            #expect(logits(try ModelRegistry.load(from: folder)) == logits(student.model))
        }
    }

    private struct Damage {
        var removing: String?
        var replacing: [String: (shape: [Int], value: Float)] = [:]
    }

    private func damaged(_ damage: Damage) throws -> Failure? {
        try withFolder { folder in
            let student = try student()
            try student.write(into: folder)
            var writer = SafeTensorsWriter()
            for parameter in student.model.parameters.parameters where parameter.name != damage.removing {
                guard damage.replacing[parameter.name] == nil else { continue }
                writer.add(
                    "transformer." + parameter.name, shape: parameter.shape.dimensions, floats: parameter.value.values)
            }
            for (name, new) in damage.replacing {
                let prefix = name.hasPrefix("lm_head") ? "" : "transformer."
                let floats = [Float](repeating: new.value, count: new.shape.reduce(1, *))
                writer.add(prefix + name, shape: new.shape, floats: floats)
            }
            try writer.write(to: folder.appendingPathComponent("model.safetensors"))
            return failure { _ = try Student.load(from: folder) }
        }
    }

    @Test func damagedWeightsAreNamed() throws {
        for (damage, name) in [
            (Damage(removing: "h.1.ln_2.bias"), "h.1.ln_2.bias"),
            (Damage(replacing: ["h.1.ln_2.bias": ([13], 0)]), "h.1.ln_2.bias"),
            (Damage(replacing: ["h.1.ln_2.bias": ([12], .nan)]), "h.1.ln_2.bias"),
            (Damage(replacing: ["wpe.weight": ([16, 12], .infinity)]), "wpe.weight"),
            (Damage(replacing: ["h.2.ln_1.weight": ([12], 1)]), "h.2.ln_1.weight"),
            (Damage(replacing: ["lm_head.weight": ([361, 12], 1)]), "lm_head.weight"),
        ] {
            let failure = try #require(try damaged(damage))
            #expect(failure.kind == .badData && failure.message.contains(name), "\(failure)")
            #expect(failure.location != nil)
        }
    }

    @Test func incompleteFoldersAreRefused() throws {
        try withFolder { folder in
            #expect(failure { _ = try Student.load(from: folder.appendingPathComponent("none")) }?.kind == .notFound)
            try student().write(into: folder)
            for name in ["config.json", "model.safetensors"] {
                let file = folder.appendingPathComponent(name)
                let content = try Data(contentsOf: file)
                try FileManager.default.removeItem(at: file)
                #expect(failure { _ = try Student.load(from: folder) }?.kind == .notFound)
                try content.prefix(content.count / 2).write(to: file)
                #expect(failure { _ = try Student.load(from: folder) }?.kind == .badData)
                try content.write(to: file)
            }
        }
    }

    /// Padding was added and the embedding left as it was: a text that does not use it is read, another is refused.
    @Test func tokensBeyondTheEmbeddingAreRefusedInTexts() throws {
        try withFolder { folder in
            try student().write(into: folder)
            try JSONFile.write(["<a>": 360, "<pad>": 361], to: folder.appendingPathComponent("added_tokens.json"))
            try FileManager.default.removeItem(at: folder.appendingPathComponent("tokenizer.json"))
            let tokenizer = try Student.load(from: folder, gradients: false).tokenizer
            #expect(tokenizer.count == 362 && tokenizer.ordinary.count == 359)
            try tokenizer.requireReadable(tokenizer.encode("the fox<a>"))
            let failure = try #require(failure { try tokenizer.requireReadable(tokenizer.encode("the<pad>")) })
            #expect(failure.kind == .badData && failure.message.contains("<pad>"))
        }
    }

    /// What a student was read with is written again, but for what the weights are saved as.
    @Test func settingsSurvive() throws {
        try withFolder { outer in
            let (folder, copy) = (outer.appendingPathComponent("a"), outer.appendingPathComponent("b"))
            try student().save(to: folder)
            var configuration = try JSONFile.readObject(folder.appendingPathComponent("config.json"))
            for (key, value): (String, JSONValue) in [
                ("eos_token_id", [359, 3]), ("bos_token_id", 7), ("pad_token_id", 8),
                ("my_key", ["é": 1, "e\u{301}": 2]),
                ("torch_dtype", "bfloat16"), ("transformers_version", "4.30.0"), ("activation_function", "gelu_fast"),
            ] { configuration[key] = value }
            try JSONFile.write(.object(configuration), to: folder.appendingPathComponent("config.json"))
            let files = [
                "generation_config.json": #"{"eos_token_id": [359, 3], "temperature": 0.5}"#,
                "chat_template.jinja": "{{ messages }}",
                "additional_chat_templates/tool.jinja": "{{ tools }}",
                "special_tokens_map.json": #"{"pad_token": "<pad>"}"#,
            ]
            let templates = folder.appendingPathComponent("additional_chat_templates")
            try FileManager.default.createDirectory(at: templates, withIntermediateDirectories: false)
            for (name, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
            let read = try Student.load(from: folder)
            #expect(read.endOfText == 359)
            try read.save(to: copy)
            for (name, text) in files {
                #expect(try String(contentsOf: copy.appendingPathComponent(name), encoding: .utf8) == text, "\(name)")
            }
            let saved = try JSONFile.readObject(copy.appendingPathComponent("config.json"))
            for key in [
                "eos_token_id", "bos_token_id", "pad_token_id", "my_key", "transformers_version", "activation_function",
            ] {
                #expect(saved[key] == configuration[key], "\(key)")
            }
            #expect(saved["dtype"] == "float32" && saved["torch_dtype"] == nil)
        }
    }

    /// The tied table under either of its names, with and without the prefix.
    @Test func everySpellingOfTheTableIsRead() throws {
        for (prefix, table) in [
            ("transformer.", "lm_head.weight"), ("", "lm_head.weight"), ("", "wte.weight"),
            ("transformer.", "wte.weight"),
        ] {
            try withFolder { folder in
                let student = try student()
                try student.write(into: folder)
                var writer = SafeTensorsWriter()
                for parameter in student.model.parameters.parameters {
                    let name = parameter.name == "wte.weight" ? table : prefix + parameter.name
                    writer.add(name, shape: parameter.shape.dimensions, floats: parameter.value.values)
                }
                try writer.write(to: folder.appendingPathComponent("model.safetensors"))
                #expect(logits(try ModelRegistry.load(from: folder)) == logits(student.model), "\(prefix)\(table)")
            }
        }
        let remedy = try damaged(Damage(removing: "wte.weight"))?.remedy ?? ""
        #expect(remedy.contains("transformer.wte.weight") && remedy.contains("lm_head.weight"))
    }
}
