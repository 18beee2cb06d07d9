import Basics
import Foundation
import LanguageModels
import TensorCore

extension Student {
    /// What the hash of an original student's weights is called among a run's inputs.
    static let weightsInput = "student's parameters"

    /// A hash of all parameters in the model's order, whether they lie side by side or in a mapped file.
    var weightsHash: String {
        let hashes = model.parameters.parameters.map { parameter in
            "\(parameter.name) \(XXHash64.hex(UnsafeRawBufferPointer(parameter.value.buffer)))"
        }
        return XXHash64.hex(Data(hashes.joined(separator: "\n").utf8))
    }
}
