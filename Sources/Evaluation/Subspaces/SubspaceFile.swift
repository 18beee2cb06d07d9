import Basics
import Foundation
import TensorCore

/// Subspaces in a file: a tensor for each variable, [dimensions, d_model].
package enum SubspaceFile {
    package static func read(_ file: URL) throws -> [(name: String, rows: Tensor)] {
        let tensors = try SafeTensorsFile(contentsOf: file)
        return try tensors.entries.keys.map(\.text).sorted().map { name in
            let shape = try tensors.entry(name).shape
            guard shape.count == 2, shape[0] > 0, shape[1] > 0 else {
                throw Failure(.badData, "'\(name)' is no matrix of rows that span a subspace", at: file.path)
            }
            let rows = Tensor(zeros: Shape(shape))
            try tensors.readFloats(name, into: rows.buffer)
            try FiniteCheck.require(UnsafeBufferPointer(rows.buffer), tensor: name, file: file.path)
            return (name, rows)
        }
    }

    package static func write(_ bases: [(name: String, rows: Tensor)], to file: URL) throws(Failure) {
        var writer = SafeTensorsWriter()
        for (name, rows) in bases where rows.rows > 0 {
            writer.add(name, shape: rows.shape.dimensions, floats: rows.values)
        }
        try writer.write(to: file, metadata: ["format": "pt"])
    }
}
