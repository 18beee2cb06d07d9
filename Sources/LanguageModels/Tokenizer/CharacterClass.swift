/// What GPT-2's pre-tokenization tells apart: `\p{L}`, `\p{N}`, `\s` and everything else.
enum CharacterClass: UInt8 {
    case other
    case letter
    case number
    case space

    /// Classes of the code points below 0x20000, which hold nearly all text.
    private static let low: [UInt8] = {
        var table = [UInt8](repeating: CharacterClass.other.rawValue, count: 0x20000)
        func mark(_ ranges: [UInt32], _ kind: CharacterClass) {
            for index in stride(from: 0, to: ranges.count, by: 2) where Int(ranges[index + 1]) < table.count {
                for code in ranges[index]...ranges[index + 1] { table[Int(code)] = kind.rawValue }
            }
        }
        mark(CharacterClassTable.letters, .letter)
        mark(CharacterClassTable.numbers, .number)
        mark(spaces, .space)
        return table
    }()

    /// Unicode's White_Space, which is the same in all versions since 6.3.
    private static let spaces: [UInt32] = [
        0x09, 0x0D, 0x20, 0x20, 0x85, 0x85, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F,
        0x205F, 0x205F, 0x3000, 0x3000,
    ]

    @inline(__always)
    init(of code: UInt32) {
        if code < 0x20000 {
            self = CharacterClass(rawValue: CharacterClass.low[Int(code)]) ?? .other
        } else {
            self = CharacterClass.isListed(code, in: CharacterClassTable.letters) ? .letter : .other
        }
    }

    /// Binary search; above 0x20000 there are letters (ideographs) and no numbers and no spaces.
    private static func isListed(_ code: UInt32, in ranges: [UInt32]) -> Bool {
        var (low, high) = (0, ranges.count / 2)
        while low < high {
            let middle = (low + high) / 2
            if ranges[2 * middle + 1] < code { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count / 2 && ranges[2 * low] <= code
    }
}
