import CKernels
import Foundation

/// How fast rotary positions turn the pairs of a head, in radians a position.
public struct RotaryFrequencies: Sendable, Equatable {
    public let values: [Double]
    /// What the turned pairs are multiplied by; some ways to lengthen the context change it from 1.
    public let scale: Double

    public init(values: [Double], scale: Double = 1) { (self.values, self.scale) = (values, scale) }

    /// Those of Su et al. (2021): theta^(-2i / W) for pair i of a part of W columns, W even.
    public init(width: Int, theta: Double) {
        precondition(width > 0 && width % 2 == 0, "rotary positions turn pairs, not \(width) numbers")
        self.init(values: (0..<width / 2).map { pow(theta, -2 * Double($0) / Double(width)) })
    }
}

/// Cosines and sines of the angles by which rotary positions turn the rows of one batch: pair i at position p by p
/// times its frequency.
public struct RotaryAngles: Sendable {
    let rows: Int
    let half: Int
    let cosines: [Float]
    let sines: [Float]

    /// - Parameters:
    ///   - positions: The position of each row in its sequence, from 0.
    ///   - frequencies: Of each pair of a head's columns.
    public init(positions: [Int32], frequencies: RotaryFrequencies) {
        let half = frequencies.values.count
        var cosines = [Float](repeating: 0, count: positions.count * half)
        var sines = cosines
        for (row, position) in positions.enumerated() {
            for pair in 0..<half {
                let angle = Double(position) * frequencies.values[pair]
                cosines[row * half + pair] = Float(frequencies.scale * cos(angle))
                sines[row * half + pair] = Float(frequencies.scale * sin(angle))
            }
        }
        (rows, self.half) = (positions.count, half)
        (self.cosines, self.sines) = (cosines, sines)
    }
}

extension Tape {
    /// Rotary position embedding (Su et al. 2021), in the layout of Llama: in each head of width W, of which the first
    /// R columns turn, the pair (x[i], x[i + R/2]) is turned by the angle a of its row's position,
    ///
    ///     y[i] = cos(a) x[i] - sin(a) x[i + R/2],   y[i + R/2] = cos(a) x[i + R/2] + sin(a) x[i]
    ///
    /// and the columns from R on are left as they are.
    ///
    /// - Parameters:
    ///   - x: [N, I].
    ///   - angles: Of N positions and R/2 pairs.
    ///   - places: Where the heads are in x.
    /// - Returns: [N, H W].
    ///
    /// Backward: dx is dy turned back by the same angles.
    public func rotate(_ x: Variable, by angles: RotaryAngles, _ places: HeadColumns) -> Variable {
        let (rows, columns, half) = (x.value.rows, x.value.columns, angles.half)
        let width = places.heads * places.width
        precondition(
            rows == angles.rows && places.end <= columns && 2 * half <= places.width,
            "rotate: x \(x.shape), heads up to \(places.end), \(angles.rows) rows of \(half) pairs")
        let y = arena.tensor(rows, width)
        let parts = HeadRows(x.value, places.start, places.stride)
        Profile.measure("rotary positions") {
            turn(parts, into: HeadRows(y, 0, places.width), beta: 0, rows, places, angles, direction: 1)
        }
        return record(y, inputs: [x]) { dy in
            Profile.measure("rotary positions backward") {
                x.accumulate { dx, beta in
                    // Columns that are no part of these heads receive nothing.
                    if beta == 0, width < columns { dx.fill(0) }
                    turn(
                        HeadRows(dy, 0, places.width), into: HeadRows(dx, places.start, places.stride),
                        beta: width < columns ? 1 : beta, rows, places, angles, direction: -1)
                }
            }
        }
    }
}

/// Where the heads of each row of a matrix begin.
private struct HeadRows: @unchecked Sendable {
    let first: UnsafeMutablePointer<Float>
    let rowStride: Int
    let headStride: Int

    init(_ matrix: Tensor, _ start: Int, _ headStride: Int) {
        (first, rowStride, self.headStride) = (matrix.pointer + start, matrix.columns, headStride)
    }
}

/// target = beta target + the turned source.
private func turn(
    _ source: HeadRows, into target: HeadRows, beta: Float, _ rows: Int, _ places: HeadColumns, _ angles: RotaryAngles,
    direction: Float
) {
    let half = angles.half
    angles.cosines.withUnsafeBufferPointer { cosines in
        angles.sines.withUnsafeBufferPointer { sines in
            guard let cosines = cosines.baseAddress, let sines = sines.baseAddress else { return }
            Parallel.for(rows, grain: max(1, (1 << 14) / (places.heads * places.width))) { range in
                for row in range {
                    kernel_rotate(
                        places.heads, places.width, half, source.first + row * source.rowStride, source.headStride,
                        cosines + row * half, sines + row * half, direction, beta,
                        target.first + row * target.rowStride, target.headStride)
                }
            }
        }
    }
}
