import Basics
import LanguageModels
import TensorCore

/// A head outside the circuit that is trained to give out a variable of the program, which nothing reads.
///
/// What its output says is fixed before training: each value of the variable has a random direction, and the value is
/// the one whose direction the output is longest along; a number is the output's length along one direction.
package struct DecoyHead: Sendable {
    package let point: HookPoint
    package let entry: VariableLayout.Entry
    /// The compiled state that the head's layer reads, counted as the states that exchanges happen in.
    package let state: Int
    /// One row of unit length for each value, or one for a number, [values, D].
    package let codes: Tensor

    /// - Parameter seed: decides the directions that values have.
    package init(point: HookPoint, entry: VariableLayout.Entry, state: Int, width: Int, seed: Int) {
        (self.point, self.entry, self.state) = (point, entry, state)
        var random = SeededRandom(seed: seed, stream: "decoy/\(point.transformerLens)")
        codes = Tensor(zeros: [entry.isCategorical ? entry.rows.count : 1, width])
        random.fillNormal(codes.buffer)
        for row in 0..<codes.rows {
            let values = UnsafeMutableBufferPointer(start: codes.row(row), count: width)
            let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
            for index in values.indices { values[index] /= length }
        }
    }
}
