import TensorCore

/// The function inside an MLP, by the names that `transformers` has for it.
public enum Activation: String, Sendable, Equatable, CaseIterable {
    /// x / (1 + exp(-x)).
    case silu
    /// x Phi(x).
    case gelu
    /// 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
    case tanhGELU = "gelu_new"
    case relu

    /// All names that `transformers` has for one function.
    var names: [String] {
        switch self {
        case .silu: ["silu", "swish"]
        case .gelu: ["gelu", "gelu_python"]
        case .tanhGELU: ["gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python_tanh", "gelu_accurate"]
        case .relu: ["relu"]
        }
    }

    /// The function that has this name; nil where it is none of these.
    init?(named name: String) {
        guard let found = Self.allCases.first(where: { $0.names.contains(name) }) else { return nil }
        self = found
    }
}

extension Tape {
    /// The activation of x, whose room is given back.
    func activate(_ x: Variable, _ activation: Activation) -> Variable {
        defer { discard(x) }
        switch activation {
        case .silu: return silu(x)
        case .gelu: return exactGELU(x)
        case .tanhGELU: return gelu(x)
        case .relu: return relu(x)
        }
    }

    /// activation(gate) * up; the rooms of both are given back.
    func activate(gate: Variable, _ activation: Activation, times up: Variable) -> Variable {
        guard activation != .silu else {
            defer { for used in [gate, up] { discard(used) } }
            return swiGLU(gate: gate, up: up)
        }
        let activated = activate(gate, activation)
        defer { for used in [activated, up] { discard(used) } }
        return multiply(activated, up)
    }
}
