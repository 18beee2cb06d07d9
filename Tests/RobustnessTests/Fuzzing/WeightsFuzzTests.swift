import Basics
import Foundation
import LanguageModels
import Testing

/// Readers of weights: safetensors, its index, and a model folder whose parts contradict each other.
@Suite(.serialized) struct WeightsFuzzTests {
    @Test func safetensors() throws {
        let fuzzer = try Fuzzer("safetensors")
        try fuzzer.run { mutator in
            try fuzzer.write(Self.file(Samples.mixed, &mutator), to: "model.safetensors")
            let file = try SafeTensorsFile(contentsOf: fuzzer.file("model.safetensors"))
            for name in file.names {
                _ = file.mappedFloats(name)?.reduce(0, +)
                if let values = try? file.floats(name) {
                    values.withUnsafeBufferPointer { _ = FiniteCheck.firstNonFinite($0) }
                }
            }
        }
    }

    @Test func index() throws {
        let fuzzer = try Fuzzer("index")
        let header = Array(Samples.mixed.header.text(indented: false).utf8)
        for shard in ["one.safetensors", "two.safetensors"] {
            try fuzzer.write(Samples.safetensors(header: header, data: Samples.mixed.bytes), to: shard)
        }
        try FileManager.default.createSymbolicLink(
            atPath: fuzzer.file("link.safetensors").path, withDestinationPath: "/dev/zero")
        let index: JSONValue = [
            "metadata": ["total_size": .integer(2 * Samples.mixed.bytes)],
            "weight_map": [
                "a": "one.safetensors", "b": "one.safetensors", "c": "two.safetensors", "d": "two.safetensors",
                "e": "one.safetensors",
            ],
        ]
        try fuzzer.run { mutator in
            var document = index
            if mutator.chance(0.3), var map = index["weight_map"]?.object {
                map[mutator.pick(["a", "b", "f"])] = .string(
                    mutator.pick([
                        "link.safetensors", "../index/one.safetensors", "/dev/zero", "", ".", "..", "none",
                        "one.safetensors/",
                    ]))
                document = ["weight_map": .object(map)]
            }
            try fuzzer.write(mutator.document(document), to: "model.safetensors.index.json")
            let folder = try SafeTensorsFolder(contentsOf: fuzzer.folder)
            for name in folder.names { _ = try? folder.file(holding: name)?.floats(name) }
        }
    }

    @Test func modelFolder() throws { try fuzz("model", Samples.configuration, Samples.weights) }

    @Test func llamaFolder() throws { try fuzz("llama", Samples.llamaConfiguration, Samples.llamaWeights) }

    @Test func neoXFolder() throws { try fuzz("neox", Samples.neoXConfiguration, Samples.neoXWeights) }

    @Test func optFolder() throws { try fuzz("opt", Samples.optConfiguration, Samples.optWeights) }

    private func fuzz(_ name: String, _ sample: JSONValue, _ tensors: (header: JSONValue, bytes: Int)) throws {
        let fuzzer = try Fuzzer(name)
        let configuration = Array(sample.text(indented: false).utf8)
        let weights = Samples.safetensors(
            header: Array(tensors.header.text(indented: false).utf8), data: tensors.bytes)
        try fuzzer.run { mutator in
            let both = mutator.chance(0.2)
            let first = mutator.chance(0.5)
            try fuzzer.write(both || first ? mutator.document(sample) : configuration, to: "config.json")
            try fuzzer.write(both || !first ? Self.file(tensors, &mutator) : weights, to: "model.safetensors")
            let model = try ModelRegistry.load(
                from: fuzzer.folder, gradients: mutator.chance(0.5), checkingFinite: mutator.chance(0.5))
            _ = model.configuration.json.text(indented: false)
        }
    }

    /// A file with a changed header, a wrong length, or too little or too much data.
    private static func file(_ sample: (header: JSONValue, bytes: Int), _ mutator: inout Mutator) -> [UInt8] {
        let header = mutator.document(sample.header)
        let data = mutator.chance(0.8) ? sample.bytes : max(0, sample.bytes + mutator.below(65) - 32)
        let announced: UInt64? =
            mutator.chance(0.9)
            ? nil
            : mutator.pick([0, 1, UInt64(header.count) + 1, UInt64(header.count) &- 1, 100_000_001, 1 << 63, .max])
        let bytes = Samples.safetensors(header: header, data: data, announced: announced)
        return mutator.chance(0.1) ? mutator.damage(bytes) : bytes
    }
}
