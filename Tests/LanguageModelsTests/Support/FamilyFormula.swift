import LanguageModels
import Testing

/// The models of Goldens/families.py.
struct FamilyFormula: CustomTestStringConvertible, Sendable {
    let name: String
    let configuration: any ModelConfiguration

    static let all = [
        llama, wideHeads, scaled, qwen2, qwen3, neox, opt,
        FamilyFormula("qwen2-tied", Qwen2.self) { shape in
            shape = deeper(shape)
            (shape.keyValueHeads, shape.isTied, shape.rotary) = (3, true, RotaryPositions(theta: 1e6))
        },
        FamilyFormula("qwen3-wide", Qwen3.self) { shape in
            shape = deeper(shape)
            (shape.keyValueHeads, shape.headWidth, shape.biases) = (1, 16, .attention)
        },
        FamilyFormula("neox-deep", GPTNeoX.self) { shape in
            shape = deeper(shape)
            shape.biases.subtract(.attention)
            shape.rotary = RotaryPositions(share: 1)
        },
        FamilyFormula("stablelm", StableLM.self) { ($0.keyValueHeads, $0.biases) = (2, .projections) },
        FamilyFormula("neox-sequential", GPTNeoX.self) { shape in
            (shape.heads, shape.innerWidth, shape.isParallel, shape.activation) = (2, 44, false, .tanhGELU)
            shape.rotary = RotaryPositions(share: 0.5, scaling: .linear(factor: 2))
        },
        FamilyFormula("opt-bare", OPT.self) { shape in
            shape = deeper(shape)
            (shape.biases, shape.isTied, shape.activation) = ([], false, .gelu)
        },
    ]
    static let llama = FamilyFormula("llama-untied", Llama.self) { $0.keyValueHeads = 2 }
    /// With heads of whole registers, which have kernels of their own.
    static let wideHeads = FamilyFormula("llama-tied", Llama.self) { shape in
        (shape.keyValueHeads, shape.headWidth, shape.isTied) = (2, 16, true)
        shape.rotary = RotaryPositions(theta: 100)
    }
    static let scaled = FamilyFormula("llama-scaled", Llama.self) { shape in
        (shape.keyValueHeads, shape.activation, shape.biases) = (2, .gelu, [.attention, .mlp])
        shape.rotary = RotaryPositions(
            scaling: .llama3(factor: 8, lowFactor: 1, highFactor: 4, originalContext: 12))
    }
    static let qwen2 = FamilyFormula("qwen2", Qwen2.self) { $0.keyValueHeads = 2 }
    static let qwen3 = FamilyFormula("qwen3", Qwen3.self) { shape in
        (shape.keyValueHeads, shape.headWidth, shape.isTied) = (2, 16, true)
        // 1.138629... = 0.1 ln 4 + 1.
        shape.rotary = RotaryPositions(
            theta: 1000,
            scaling: .yarn(
                factor: 4, fast: 32, slow: 1, originalContext: 8, attention: 1.1386294361119891, truncates: true))
    }
    static let neox = FamilyFormula("neox", GPTNeoX.self) { _ in }
    static let opt = FamilyFormula("opt", OPT.self) { _ in }

    /// The second size of each family.
    private static func deeper(_ shape: DecoderShape) -> DecoderShape {
        var shape = shape
        (shape.layers, shape.width, shape.heads, shape.innerWidth) = (3, 24, 3, 36)
        return shape
    }

    private init<Family: DecoderFamily>(
        _ name: String, _ family: Family.Type, _ change: (inout DecoderShape) -> Void
    ) {
        var shape = Family.plain
        (shape.vocabularySize, shape.contextLength, shape.width) = (31, 24, 32)
        (shape.layers, shape.heads, shape.innerWidth, shape.epsilon) = (2, 4, 44, 1e-5)
        change(&shape)
        self.name = name
        configuration = DecoderConfiguration<Family>(shape, endOfText: 30)
    }

    var testDescription: String { name }

    func make() -> any LanguageModel {
        let model = configuration.model(ModelWeights(zeros: configuration))
        let sorted = model.parameters.parameters.sorted { $0.name < $1.name }
        for (number, parameter) in sorted.enumerated() {
            let isGain = parameter.name.contains("norm") && parameter.name.hasSuffix("weight")
            for index in 0..<parameter.value.count {
                let value = Float(Double((index * 7919 + number * 104_729 + 12345) % 65521) / 65521 - 0.5)
                parameter.value[index] = isGain ? 1 + value * 0.5 : value
            }
        }
        return model
    }
}
