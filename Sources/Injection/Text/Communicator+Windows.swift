import Foundation
import Ranks
import TrainingEngine

/// Windows of tokens that ranks draw side by side.
extension Communicator {
    /// Windows of each element in order, of which every rank makes one element's.
    ///
    /// - Parameters:
    ///   - elements: at most as many as there are ranks.
    ///   - make: what it throws ends the work of all ranks.
    /// - Throws: `Interruption.Raised` on all ranks where the work of one was cancelled by a signal.
    func gather<Element>(_ elements: [Element], _ make: (Element) throws -> [[Int32]]) throws -> [[Int32]] {
        if isAlone { return try elements.flatMap(make) }
        // The first byte is the signal that told the rank to stop.
        var own: [UInt8] = [0]
        do {
            if elements.indices.contains(rank) { own += Self.bytes(try make(elements[rank])) }
        } catch is CancellationError { own = [UInt8(Interruption.signal ?? SIGTERM)] }
        let all = try exchange(own)
        if let signal = all.compactMap(\.first).max(), signal > 0 { throw Interruption.Raised(signal: Int32(signal)) }
        return all.flatMap { Self.windows($0.dropFirst()) }
    }

    /// The first rank's windows, for all.
    func fromFirst(_ make: () throws -> [[Int32]]) throws -> [[Int32]] {
        try Self.windows(fromFirst { Self.bytes(try make()) }[...])
    }

    /// The length of each window, then its tokens.
    private static func bytes(_ windows: [[Int32]]) -> [UInt8] {
        windows.flatMap { [Int32($0.count)] + $0 }.withUnsafeBytes { Array($0) }
    }

    private static func windows(_ bytes: ArraySlice<UInt8>) -> [[Int32]] {
        let numbers = stride(from: bytes.startIndex, to: bytes.endIndex, by: 4).map { place in
            bytes[place..<(place + 4)].reversed().reduce(Int32(0)) { $0 << 8 | Int32($1) }
        }
        var windows: [[Int32]] = []
        var next = 0
        while next < numbers.count {
            windows.append(Array(numbers[(next + 1)...].prefix(Int(numbers[next]))))
            next += 1 + Int(numbers[next])
        }
        return windows
    }
}
