import TensorCore
import Testing

/// Checks an operation on a tape against a plain reference in double precision: its value, and the gradient with
/// respect to every input against central differences of the reference.
///
/// The gradient is that of sum(y * c) for a fixed c (of y itself where y is a scalar, since fused losses must be
/// roots). It is taken twice: alone, where the operation writes each gradient first (beta 0), and together with a
/// second term sum(x * k) played back before it, where the operation must add (beta 1).
///
/// - Parameters:
///   - tolerance: of values and gradients, relative to the largest magnitude in each (single-precision sums of a few
///     hundred terms of order one err by some 1e-6).
func checkOperation(
    _ name: String, inputs: [DoubleMatrix], tolerance: Double = 2e-6, differentiable: [Int]? = nil,
    reference: ([DoubleMatrix]) -> DoubleMatrix, operation: (Tape, [Variable]) -> Variable,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let expected = reference(inputs)
    let isScalar = expected.values.count == 1
    let c = sampleValues(expected.values.count, salt: 77)
    func loss(_ inputs: [DoubleMatrix]) -> Double {
        let y = reference(inputs)
        return isScalar ? y.values[0] : zip(y.values, c).reduce(0) { $0 + $1.0 * $1.1 }
    }

    for adds in [false, true] {
        let arena = Arena()
        let tape = Tape(arena: arena)
        let variables = inputs.map { tape.leaf($0.tensor) }
        let y = operation(tape, variables)
        expectClose(
            y.value.values, expected.values, absolute: tolerance * magnitude(expected.values), "\(name): value",
            sourceLocation: sourceLocation)
        var roots = [
            isScalar ? y : tape.sum(tape.multiply(y, tape.constant(Tensor(c.map { Float($0) }, shape: y.shape))))
        ]
        if adds {
            for (index, variable) in variables.enumerated() {
                let k = sampleValues(variable.value.count, salt: 5 + index).map { Float($0) }
                roots.append(tape.sum(tape.multiply(variable, tape.constant(Tensor(k, shape: variable.shape)))))
            }
        }
        tape.backward(from: roots)

        for index in differentiable ?? Array(inputs.indices) {
            var gradient = centralDifferences(of: loss, at: inputs, input: index)
            let scale = magnitude(gradient)
            if adds {
                let k = sampleValues(gradient.count, salt: 5 + index)
                gradient = zip(gradient, k).map { $0 + $1 }
            }
            // Differences of step 1e-5 in double err by 1e-10 of the third derivative and 1e-11 of the loss.
            expectClose(
                variables[index].gradient?.values ?? [], gradient,
                absolute: tolerance * 2 * max(scale, adds ? 1 : 0) + 2e-8,
                "\(name): gradient of input \(index)\(adds ? ", added" : "")", sourceLocation: sourceLocation)
        }
    }
}

private func magnitude(_ values: [Double]) -> Double { values.reduce(1e-3) { max($0, abs($1)) } }

func centralDifferences(
    of loss: ([DoubleMatrix]) -> Double, at inputs: [DoubleMatrix], input: Int, step: Double = 1e-5
) -> [Double] {
    inputs[input].values.indices.map { element in
        var moved = inputs
        moved[input].values[element] += step
        let above = loss(moved)
        moved[input].values[element] -= 2 * step
        return (above - loss(moved)) / (2 * step)
    }
}
