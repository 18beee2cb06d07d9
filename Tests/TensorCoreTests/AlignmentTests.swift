import TensorCore
import Testing

@Suite struct AlignmentTests {
    @Test(arguments: [(1, 2), (3, 7), (5, 40)])
    func cosineAlignment(rows: Int, width: Int) {
        let target = DoubleMatrix.sample(rows, width, salt: 9)
        let weights = (0..<rows).map { Float($0 % 2) + 0.5 }
        checkOperation(
            "cosine", inputs: [.sample(rows, width, salt: 1)],
            reference: { x in
                HeadLossTests.scalar(
                    0.1
                        * (0..<rows).reduce(0) { sum, row in
                            let (a, b) = (x[0].row(row), target.row(row))
                            let dot = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
                            let norms = (a.reduce(0) { $0 + $1 * $1 } * b.reduce(0) { $0 + $1 * $1 }).squareRoot()
                            return sum + Double(weights[row]) * (1 - dot / norms)
                        })
            },
            operation: { tape, x in
                tape.cosineAlignment(x[0], target: target.tensor, rowWeights: weights, scale: 0.1)
            })
    }

    @Test func zeroRowsHaveDistanceOneAndNoGradient() {
        let tape = Tape(arena: Arena())
        let x = tape.leaf(Tensor([0, 0, 1, 2], shape: [2, 2]))
        let loss = tape.cosineAlignment(x, target: Tensor([1, 1, 0, 0], shape: [2, 2]), scale: 1)
        tape.backward(from: loss)
        #expect(loss.value.scalar == 2)
        #expect(x.gradient?.values == [0, 0, 0, 0])
    }

    @Test func groupedCrossEntropy() {
        let groups = [1..<4, 4..<9, 10..<11]
        let targets: [Int32] = [0, 4, 0, -1, 2, 0, 2, -1, -1, 1, 0, -1]
        let weights: [Float] = [1, 0.5, 2]
        let rowWeights: [Float] = [1, 3, 0, 0.5]
        checkOperation(
            "grouped cross-entropy", inputs: [.sample(4, 12, salt: 1, scale: 3)],
            reference: { x in
                var loss = 0.0
                for row in 0..<4 {
                    for (index, group) in groups.enumerated() where targets[row * 3 + index] >= 0 {
                        let logits = Array(x[0].row(row)[group])
                        loss +=
                            Double(weights[index] * rowWeights[row])
                            * (logSumExp(logits) - logits[Int(targets[row * 3 + index])])
                    }
                }
                return HeadLossTests.scalar(0.3 * loss)
            },
            operation: { tape, x in
                tape.groupedCrossEntropy(
                    x[0], groups: groups, targets: targets, weights: weights, rowWeights: rowWeights, scale: 0.3)
            })
    }
}
