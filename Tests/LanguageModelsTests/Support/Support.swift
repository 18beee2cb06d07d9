import Basics
import Foundation

/// A file of the `Goldens` or `Peer` folder.
func resource(_ path: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(path)
}

func environment(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
}

/// Integers of a safetensors file.
func integers(_ name: String, in file: SafeTensorsFile) throws -> [Int32] {
    try file.withBytes(name) { bytes in
        (0..<bytes.count / 8).map { Int32(bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self)) }
    }
}

/// The largest absolute difference; infinite where the counts differ or a value is no number.
func largestDifference(_ left: some Collection<Float>, _ right: some Collection<Float>) -> Float {
    guard left.count == right.count else { return .infinity }
    var largest: Float = 0
    for (a, b) in zip(left, right) {
        let difference = abs(a - b)
        guard difference.isFinite else { return .infinity }
        largest = max(largest, difference)
    }
    return largest
}

/// The largest difference in units of the largest value of the reference.
func relativeDifference(_ values: some Collection<Float>, _ reference: some Collection<Float>) -> Float {
    let scale = reference.map(abs).max() ?? 0
    return largestDifference(values, reference) / max(scale, .leastNormalMagnitude)
}
