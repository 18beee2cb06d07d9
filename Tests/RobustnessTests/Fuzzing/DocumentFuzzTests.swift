import Basics
import Compiler
import Foundation
import Injection
import LanguageModels
import RASP
import Testing
import TrainingEngine

/// Readers of JSON: the tokenizer's files, a compiled model's configuration, a run's manifest, sampled text and
/// examples.
@Suite(.serialized) struct DocumentFuzzTests {
    @Test func json() throws {
        let fuzzer = try Fuzzer("json")
        try fuzzer.run { mutator in
            let bytes = mutator.document(Samples.configuration)
            let value = try bytes.withUnsafeBytes { try JSONParser.parse($0, name: "fuzz") }
            // What was read is written as what reads back the same.
            let again = try JSONParser.parse(value.text(indented: mutator.chance(0.5)))
            if again != value { Issue.record("\(String(decoding: bytes, as: UTF8.self))") }
        }
    }

    @Test func tokenizer() throws {
        let fuzzer = try Fuzzer("tokenizer")
        try fuzzer.run { mutator in
            try fuzzer.write(mutator.document(Samples.tokenizer), to: "tokenizer.json")
            try Self.use(Tokenizer.load(fuzzer.folder))
        }
    }

    @Test func vocabularyAndMerges() throws {
        let fuzzer = try Fuzzer("merges")
        let vocabulary = JSONValue.object(Samples.vocabulary)
        let plain = Array(vocabulary.text(indented: false).utf8)
        try fuzzer.run { mutator in
            let merges = Array("#version: 0.2\nh e\n".utf8)
            let first = mutator.chance(0.5)
            try fuzzer.write(first ? mutator.document(vocabulary) : plain, to: "vocab.json")
            try fuzzer.write(first ? merges : mutator.damage(merges), to: "merges.txt")
            try Self.use(Tokenizer.load(fuzzer.folder))
        }
    }

    /// The files beside tokenizer.json, which say what its tokens are for.
    @Test func tokenizerSettings() throws {
        let fuzzer = try Fuzzer("tokenizer-settings")
        let word: JSONValue = [
            "content": "<pad>", "special": true, "normalized": false, "lstrip": false, "rstrip": true,
        ]
        let settings: JSONValue = [
            "tokenizer_class": "GPT2Tokenizer", "bos_token": "<s>", "eos_token": word, "add_prefix_space": true,
            "added_tokens_decoder": ["300": word], "add_bos_token": true, "model_max_length": 64,
        ]
        let map: JSONValue = ["pad_token": word, "unk_token": "<s>", "additional_special_tokens": ["<a>", word]]
        let added: JSONValue = ["<pad>": 300, "<s>": 301]
        try fuzzer.write(Array(Samples.tokenizer.text(indented: false).utf8), to: "tokenizer.json")
        try fuzzer.run { mutator in
            for (name, document) in [
                ("tokenizer_config.json", settings), ("special_tokens_map.json", map), ("added_tokens.json", added),
            ] {
                let plain = Array(document.text(indented: false).utf8)
                try fuzzer.write(mutator.chance(0.5) ? mutator.document(document) : plain, to: name)
            }
            try Self.use(Tokenizer.load(fuzzer.folder))
        }
    }

    private static func use(_ tokenizer: Tokenizer) throws {
        let ids = tokenizer.encode(Samples.prose)
        if !ids.allSatisfy({ (0..<tokenizer.count).contains(Int($0)) }) {
            Issue.record("a token outside the vocabulary")
        }
        _ = tokenizer.decode(ids + [-1, .max])
    }

    @Test func compiledModel() throws {
        let fuzzer = try Fuzzer("compiled")
        let program = try Program(source: "n = selector_width(select(tokens, tokens, ==));", name: "n")
        let model = try RASPCompiler.compile(program, options: CompilerOptions(vocabulary: ["a", "b"], maxLength: 3))
        let saved = fuzzer.file("saved")
        try model.save(to: saved)
        let configuration = try JSONFile.read(saved.appendingPathComponent("config.json"))
        let weights = try [UInt8](Data(contentsOf: saved.appendingPathComponent("model.safetensors")))
        let plain = Array(configuration.text(indented: false).utf8)
        try fuzzer.write(weights, to: "model.safetensors")
        try fuzzer.run { mutator in
            let first = mutator.chance(0.8)
            try fuzzer.write(first ? mutator.document(configuration) : plain, to: "config.json")
            try fuzzer.write(first ? weights : mutator.damage(weights), to: "model.safetensors")
            let model = try CompiledModel.load(from: fuzzer.folder)
            do {
                _ = try model.run(["a", "b", "a"])
            } catch is RASPError {
                // A vocabulary without these letters.
            }
        }
    }

    @Test func manifest() throws {
        let fuzzer = try Fuzzer("manifest")
        try fuzzer.write(Array("{}".utf8), to: "variables.json")
        let manifest = JSONObject([
            ("format", 2), ("step", 7), ("files", ["variables.json": .string(XXHash64.hex(Data("{}".utf8)))]),
        ])
        try fuzzer.run { mutator in
            var bytes = mutator.document(.object(manifest))
            // Most with a seal that fits, so that what is behind it is reached.
            if mutator.chance(0.8),
                let object = try? bytes.withUnsafeBytes({ try JSONParser.parse($0, name: "fuzz") }).object
            {
                bytes = Array(JSONValue.object(SealedJSON.sealed(object)).text(indented: false).utf8)
            }
            try fuzzer.write(bytes, to: "manifest.json")
            _ = try Manifest(verifying: RunDirectory(fuzzer.folder))
        }
    }

    @Test func sampledText() throws {
        let fuzzer = try Fuzzer("sampled")
        let lines: [JSONValue] = [
            ["split": "train", "ids": [1, 2, 3], "text": "a b"], ["split": "held-out", "ids": [4, 5], "text": "c"],
        ]
        try fuzzer.run { mutator in
            try fuzzer.write(Self.lines(lines, &mutator), to: "text.jsonl")
            _ = try SampledText.load(from: fuzzer.file("text.jsonl"), vocabulary: 9)
        }
    }

    @Test func examples() throws {
        let fuzzer = try Fuzzer("examples")
        let lines: [JSONValue] = [
            ["prompt": "What is the number of 'X' in this text? x y. Answer:", "answer": " 1"],
            ["prompt": "b", "answer": "é"],
        ]
        try fuzzer.run { mutator in
            try fuzzer.write(Self.lines(lines, &mutator), to: "data.jsonl")
            _ = try ExampleFile(contentsOf: fuzzer.file("data.jsonl"))
        }
    }

    static func lines(_ lines: [JSONValue], _ mutator: inout Mutator) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in lines {
            bytes += mutator.chance(0.6) ? Array(line.text(indented: false).utf8) : mutator.document(line)
            bytes += mutator.pick(["\n", "\n", "\n\n", "\r\n", ""]).utf8
        }
        return bytes
    }
}
