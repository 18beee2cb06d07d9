import Foundation
import TensorCore
import Testing

@Suite struct HeadLossTests {
    static func scalar(_ value: Double) -> DoubleMatrix { DoubleMatrix(rows: 1, columns: 1, values: [value]) }

    @Test(arguments: [(1, 1, 2), (5, 3, 7), (4, 6, 37), (9, 2, 16)], [nil, 1, 2, 100])
    func crossEntropy(shape: (Int, Int, Int), chunk: Int?) {
        let (rows, width, vocabulary) = shape
        let targets = (0..<rows).map { Int32(($0 * 5 + 1) % vocabulary) }
        let weights = (0..<rows).map { Float($0 % 3) * 0.5 }
        checkOperation(
            "cross-entropy", inputs: [.sample(rows, width, salt: 1, scale: 2), .sample(vocabulary, width, salt: 2)],
            reference: { x in
                let logits = x[0] * x[1].transposed
                return Self.scalar(
                    0.25
                        * (0..<rows).reduce(0) {
                            $0 + Double(weights[$1]) * (logSumExp(logits.row($1)) - logits[$1, Int(targets[$1])])
                        })
            },
            operation: { tape, x in
                tape.crossEntropy(x[0], head: x[1], targets: targets, rowWeights: weights, scale: 0.25, chunk: chunk)
            })
    }

    @Test(arguments: [(1, 1, 2), (5, 3, 7), (4, 6, 37), (3, 2, 1030)], [nil, 2])
    func klDivergence(shape: (Int, Int, Int), chunk: Int?) {
        let (rows, width, vocabulary) = shape
        let teacherHidden = DoubleMatrix.sample(rows, width + 2, salt: 3, scale: 2)
        let teacherHead = DoubleMatrix.sample(vocabulary, width + 2, salt: 4)
        let teacher = teacherHidden * teacherHead.transposed
        checkOperation(
            "KL", inputs: [.sample(rows, width, salt: 1, scale: 2), .sample(vocabulary, width, salt: 2)],
            reference: { x in
                let student = x[0] * x[1].transposed
                return Self.scalar(
                    0.5
                        * (0..<rows).reduce(0) { sum, row in
                            let (p, q) = (student.row(row), teacher.row(row))
                            let (lp, lq) = (logSumExp(p), logSumExp(q))
                            return sum + zip(p, q).reduce(0) { $0 + exp($1.1 - lq) * (($1.1 - lq) - ($1.0 - lp)) }
                        })
            },
            operation: { tape, x in
                tape.klDivergence(
                    x[0], head: x[1], teacherHidden: teacherHidden.tensor, teacherHead: teacherHead.tensor,
                    scale: 0.5, chunk: chunk)
            })
    }

    @Test func divergenceFromItselfIsZero() {
        let hidden = DoubleMatrix.sample(6, 8, salt: 1).tensor
        let head = DoubleMatrix.sample(50, 8, salt: 2).tensor
        let tape = Tape(arena: Arena())
        let x = tape.leaf(hidden)
        let loss = tape.klDivergence(
            x, head: tape.constant(head), teacherHidden: hidden, teacherHead: head, scale: 1)
        tape.backward(from: loss)
        #expect(abs(loss.value.scalar) < 1e-6)
        expectClose(x.gradient?.values ?? [], [Double](repeating: 0, count: 48), absolute: 1e-7, "gradient")
    }

    @Test func readout() {
        let hidden = DoubleMatrix.sample(5, 4, salt: 1)
        let head = DoubleMatrix.sample(11, 4, salt: 2)
        let logits = hidden * head.transposed
        let arena = Arena()
        let best = HeadReadout.argmax(hidden.tensor, head: head.tensor, arena: arena)
        #expect(best == (0..<5).map { row in Int32((0..<11).max { logits[row, $0] < logits[row, $1] }!) })
        let targets: [Int32] = [0, 3, 10, 5, 7]
        let losses = HeadReadout.losses(hidden.tensor, head: head.tensor, targets: targets, arena: arena)
        expectClose(
            losses, (0..<5).map { logSumExp(logits.row($0)) - logits[$0, Int(targets[$0])] }, absolute: 2e-6, "losses")
        // Equal scores: the lowest number wins, as in PyTorch.
        let equal = Tensor(zeros: [1, 4])
        #expect(HeadReadout.argmax(equal, head: head.tensor, arena: arena) == [0])
    }
}
