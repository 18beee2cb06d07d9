import Basics
import Foundation

/// Strings of brackets, matched family by family: the language shuffle-Dyck.
struct Brackets: Sendable {
    private let opening: [UInt8]
    private let closing: [UInt8]

    init(families: [String]) {
        opening = families.map { $0.utf8.first ?? 0 }
        closing = families.map { $0.utf8.last ?? 0 }
    }

    /// The number of non-empty strings of up to `length` brackets, matched or not.
    func strings(upTo length: Int) -> Double {
        (1...length).reduce(0) { $0 + pow(Double(2 * opening.count), Double($1)) }
    }

    /// No family ever closes more than it has opened, and all are closed at the end; characters that are no bracket of
    /// the families do not matter.
    func isMatched(_ text: String) -> Bool { depths(text).map { $0.allSatisfy { $0 == 0 } } ?? false }

    /// Whether one closing bracket more would make it matched.
    func lacksOneClosing(_ text: String) -> Bool { depths(text).map { $0.reduce(0, +) == 1 } ?? false }

    /// A matched string: at each step a random family opens, or a random open one closes.
    func matched(pairs: Int, _ random: inout SeededRandom) -> String {
        var depth = [Int](repeating: 0, count: opening.count)
        var open = 0
        var text: [UInt8] = []
        for left in stride(from: 2 * pairs, to: 0, by: -1) {
            if open == 0 || (open < left && random.integer(below: 2) == 0) {
                let family = random.integer(below: opening.count)
                depth[family] += 1
                open += 1
                text.append(opening[family])
            } else {
                let family = random.pick(depth.indices.filter { depth[$0] > 0 })
                depth[family] -= 1
                open -= 1
                text.append(closing[family])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    func random(length: Int, _ random: inout SeededRandom) -> String {
        String(decoding: (0..<length).map { _ in random.pick(opening + closing) }, as: UTF8.self)
    }

    /// One bracket replaced by a random other one, or two brackets exchanged.
    func damaged(_ text: String, replacing: Bool, _ random: inout SeededRandom) -> String {
        var bytes = Array(text.utf8)
        let place = random.integer(below: bytes.count)
        if replacing {
            bytes[place] = random.pick((opening + closing).filter { $0 != bytes[place] })
        } else {
            bytes.swapAt(place, random.integer(below: bytes.count))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Open brackets per family at the end; nil where one closed that was not open.
    private func depths(_ text: String) -> [Int]? {
        var depth = [Int](repeating: 0, count: opening.count)
        for byte in text.utf8 {
            if let family = opening.firstIndex(of: byte) {
                depth[family] += 1
            } else if let family = closing.firstIndex(of: byte) {
                depth[family] -= 1
                if depth[family] < 0 { return nil }
            }
        }
        return depth
    }
}
