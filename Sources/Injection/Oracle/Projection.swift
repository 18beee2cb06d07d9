import Foundation
import Serialization
import TensorCore

/// The learned linear map from the student's residual stream to the compiled model's, shared by all aligned layers:
/// h_mapped = h W^T (+ b), W: [d_compiled, d_model], b: [d_compiled].
public final class Projection: Sendable {
    public let store: ParameterStore
    public let weight: Parameter
    public let bias: Parameter?

    public var rows: Int { weight.shape.rows }
    public var width: Int { weight.shape.columns }

    public init(rows: Int, width: Int, bias hasBias: Bool, gradients: Bool = true) {
        store = ParameterStore(gradients: gradients)
        store.add(name: "weight", shape: [rows, width], decay: true)
        if hasBias { store.add(name: "bias", shape: [rows], decay: true) }
        store.allocate()
        weight = store["weight"]
        bias = store.parameter(named: "bias")
    }

    /// Initial values as of PyTorch's `Linear`: uniform within 1 / sqrt(d_model).
    public func initialize(random: inout SeededRandom) {
        let bound = 1 / Double(width).squareRoot()
        for parameter in store.parameters {
            let values = parameter.value.buffer
            for index in values.indices { values[index] = Float((2 * random.uniform() - 1) * bound) }
        }
    }

    /// h [N, d_model] -> [N, d_compiled], or only the rows `range` of the map.
    public func map(_ tape: Tape, _ hidden: Variable) -> Variable {
        tape.linear(
            hidden, weight: tape.parameter(weight), bias: bias.map { tape.parameter($0) },
            transposed: true)
    }

    /// Writes `weight` and `bias` under the names PyTorch's `Linear` has.
    public func save(to file: URL) throws {
        var writer = SafeTensorsWriter()
        for parameter in store.parameters {
            writer.add(
                parameter.name, shape: parameter.shape.dimensions,
                floats: UnsafeBufferPointer(parameter.value.buffer))
        }
        try writer.write(to: file, metadata: ["format": "pt"])
    }

    /// Reads a map that was saved for `rows` directions and a student `width` wide.
    public static func load(from file: URL, rows: Int, width: Int) throws -> Projection {
        let tensors = try SafeTensorsFile(contentsOf: file)
        let entry = try tensors.entry("weight")
        guard entry.shape == [rows, width] else {
            throw Failure(
                .badData,
                "weight has shape \(entry.shape), and program and student ask for [\(rows), \(width)]",
                at: file.path, remedy: "projection, compiled program and student must be of one run")
        }
        let hasBias = tensors.entries["bias"] != nil
        if hasBias, try tensors.entry("bias").shape != [rows] {
            throw Failure(.badData, "bias does not have shape [\(rows)]", at: file.path)
        }
        let projection = Projection(rows: rows, width: width, bias: hasBias, gradients: false)
        for parameter in projection.store.parameters {
            try tensors.readFloats(parameter.name, into: parameter.value.buffer)
            try FiniteCheck.require(
                UnsafeBufferPointer(parameter.value.buffer), tensor: parameter.name, file: file.path)
        }
        return projection
    }
}
