import Basics
import Foundation

/// How the weights of a saved model lie in its folder.
public struct WeightFiles: Sendable, Equatable {
    /// `.float32`, `.float16` or `.bfloat16`. Values are rounded to nearest, ties to even; beyond 65,504 they are
    /// infinite in `.float16`, and refused.
    public var type: ElementType
    /// A file holds at most so many bytes of weights, but one tensor at least; nil: one file holds all.
    public var shardBytes: Int?

    public init(type: ElementType = .float32, shardBytes: Int? = nil) {
        precondition(Self.names.keys.contains(type), "\(type) is no type that weights are saved in")
        precondition(shardBytes ?? 1 > 0, "a shard holds something")
        (self.type, self.shardBytes) = (type, shardBytes)
    }

    /// What `transformers` calls the types.
    private static let names: [ElementType: String] = [
        .float32: "float32", .float16: "float16", .bfloat16: "bfloat16",
    ]

    /// The value of `dtype` in config.json.
    var dtype: String { Self.names[type] ?? "" }

    /// The tensors of each file, in their order.
    func shards(_ tensors: [ModelTensor]) -> [[ModelTensor]] {
        var shards: [[ModelTensor]] = [[]]
        var bytes = 0
        for tensor in tensors {
            let own = tensor.shape.count * type.bits / 8
            if let shardBytes, bytes + own > shardBytes, bytes > 0 {
                shards.append([])
                bytes = 0
            }
            shards[shards.count - 1].append(tensor)
            bytes += own
        }
        return shards
    }
}

extension LanguageModel {
    /// Writes the weights under the names that `transformers` gives them; a tied head is left out.
    ///
    /// - Throws: `.badData` for a weight that the type cannot hold.
    public func writeWeights(into folder: URL, as files: WeightFiles = WeightFiles()) throws(Failure) {
        let shards = files.shards(configuration.tensors)
        var places = JSONObject()
        for (number, tensors) in shards.enumerated() {
            let part = "-\(Self.fiveDigits(number + 1))-of-\(Self.fiveDigits(shards.count))"
            let name = "model\(shards.count == 1 ? "" : part).safetensors"
            var writer = SafeTensorsWriter()
            for tensor in tensors {
                let values = UnsafeBufferPointer(parameters[tensor.name].value.buffer)
                // What is nearer to the next power of two than to 65,504 is rounded to infinity.
                if files.type == .float16, let value = values.first(where: { abs($0) >= 65_520 }) {
                    throw Failure(
                        .badData,
                        "the tensor \(quoted(tensor.spellings[0])) has the value \(value), which fp16 cannot hold",
                        at: folder.path, remedy: "Save in bf16 or fp32.")
                }
                writer.add(tensor.spellings[0], shape: tensor.shape.dimensions, floats: values, type: files.type)
                places[tensor.spellings[0]] = .string(name)
            }
            try writer.write(to: folder.appendingPathComponent(name), metadata: ["format": "pt"])
        }
        guard shards.count > 1 else { return }
        let size = configuration.tensors.reduce(0) { $0 + $1.shape.count * files.type.bits / 8 }
        try JSONFile.write(
            ["metadata": ["total_size": .integer(size)], "weight_map": .object(places)],
            to: folder.appendingPathComponent("model.safetensors.index.json"))
    }

    private static func fiveDigits(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
