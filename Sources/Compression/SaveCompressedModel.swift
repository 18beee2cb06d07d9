import Basics
import Compiler
import Foundation
import TensorCore

extension CompressedModel {
    /// Writes `model.safetensors` and `config.json` into a folder, which appears whole or not at all.
    ///
    /// The tensors are those of `CompiledModel.save(to:)` with W multiplied into them, so that D is d, and
    /// `projection.weight`, W itself, `[D, d]`. The forward pass is the same; `h W^T` is what the labels of `basis` and
    /// the directions of `variables` speak of.
    ///
    /// - Throws: `Failure` when the folder cannot be written.
    public func save(to folder: URL) throws {
        let w = Tensor(projection, shape: [model.width, width])
        var stream = DenseStream(width: width)
        stream.reading = { matrix in
            let rows = matrix.count / model.width
            let result = Tensor(zeros: [rows, width])
            BLAS.multiply(Matrix(Tensor(matrix, shape: [rows, model.width])), Matrix(w), into: result)
            return result.values
        }
        stream.writing = { matrix in
            let columns = matrix.count / model.width
            let result = Tensor(zeros: [width, columns])
            BLAS.multiply(
                Matrix(w, transposed: true), Matrix(Tensor(matrix, shape: [model.width, columns])), into: result)
            return result.values
        }
        var tensors = model.tensors(in: stream)
        tensors.add("projection.weight", shape: [model.width, width], floats: projection)
        var configuration = model.configuration
        configuration["format"] = "tracr-inject compressed model"
        configuration["d_model"] = .integer(width)
        configuration["projection"] = .object(
            JSONObject([
                ("directions", .integer(model.width)), ("kept", .array(kept.map(JSONValue.integer))),
                ("steps", .integer(steps)),
                ("accuracy", .number(trained.accuracy)), ("cosine", .number(trained.cosine)),
            ]))
        try tensors.save(to: folder, beside: [("config.json", .object(configuration))])
    }
}
