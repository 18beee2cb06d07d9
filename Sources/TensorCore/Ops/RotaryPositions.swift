import CKernels
import Foundation

/// Cosines and sines of the angles by which rotary positions turn the rows of one batch.
///
/// The angle of pair i at position p is p theta^(-2i / W) for heads of width W.
public struct RotaryAngles: Sendable {
    let rows: Int
    let half: Int
    let cosines: [Float]
    let sines: [Float]

    /// - Parameters:
    ///   - positions: the position of each row in its sequence, from 0.
    ///   - headWidth: W, even.
    ///   - theta: the base of the angles: the larger it is, the slower the last pairs turn.
    public init(positions: [Int32], headWidth: Int, theta: Double) {
        precondition(headWidth > 0 && headWidth % 2 == 0, "rotary positions turn pairs, not \(headWidth) numbers")
        let half = headWidth / 2
        let frequencies = (0..<half).map { pow(theta, -2 * Double($0) / Double(headWidth)) }
        var cosines = [Float](repeating: 0, count: positions.count * half)
        var sines = cosines
        for (row, position) in positions.enumerated() {
            for pair in 0..<half {
                let angle = Double(position) * frequencies[pair]
                cosines[row * half + pair] = Float(cos(angle))
                sines[row * half + pair] = Float(sin(angle))
            }
        }
        (rows, self.half) = (positions.count, half)
        (self.cosines, self.sines) = (cosines, sines)
    }
}

extension Tape {
    /// Rotary position embedding (Su et al. 2021), in the layout of Llama: in each head of width W, the pair
    /// (x[i], x[i + W/2]) is turned by the angle a of its row's position,
    ///
    ///     y[i] = cos(a) x[i] - sin(a) x[i + W/2],   y[i + W/2] = cos(a) x[i + W/2] + sin(a) x[i]
    ///
    /// x, y: [N, heads W]; angles: of N positions and heads of width W.
    ///
    /// Backward: dx is dy turned back by the same angles.
    public func rotate(_ x: Variable, by angles: RotaryAngles) -> Variable {
        let (rows, width, half) = (x.value.rows, x.value.columns, angles.half)
        precondition(
            rows == angles.rows && width % (2 * half) == 0,
            "rotate: x \(x.shape), angles of \(angles.rows) rows for heads of \(2 * half)")
        func turn(_ source: Tensor, into target: Tensor, _ direction: Float, _ beta: Float) {
            angles.cosines.withUnsafeBufferPointer { cosines in
                angles.sines.withUnsafeBufferPointer { sines in
                    guard let cosines = cosines.baseAddress, let sines = sines.baseAddress else { return }
                    Parallel.for(rows, grain: max(1, (1 << 14) / max(width, 1))) { range in
                        for row in range {
                            kernel_rotate(
                                width / (2 * half), half, source.pointer + row * width, cosines + row * half,
                                sines + row * half, direction, beta, target.pointer + row * width)
                        }
                    }
                }
            }
        }
        let y = arena.tensor(x.shape)
        Profile.measure("rotary positions") { turn(x.value, into: y, 1, 0) }
        return record(y, inputs: [x]) { dy in
            Profile.measure("rotary positions backward") { x.accumulate { turn(dy, into: $0, -1, $1) } }
        }
    }
}
