/// A text whose characters are told apart as pre-tokenizers do.
struct ClassifiedText {
    let bytes: UnsafeBufferPointer<UInt8>

    /// - Parameter bytes: Valid UTF-8.
    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Class of the character that starts here, and where the next one does.
    @inline(__always)
    func character(at index: Int) -> (kind: CharacterClass, next: Int) {
        let first = bytes[index]
        if first < 0x80 { return (CharacterClass(of: UInt32(first)), index + 1) }
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        var code = UInt32(first) & (0xFF >> UInt32(length + 1))
        for offset in 1..<length { code = code << 6 | UInt32(bytes[index + offset] & 0x3F) }
        return (CharacterClass(of: code), index + length)
    }

    func endOfRun(of kind: CharacterClass, from start: Int) -> Int {
        var end = start
        while end < bytes.count {
            let (other, next) = character(at: end)
            guard other == kind else { break }
            end = next
        }
        return end
    }

    /// Where a run of white space ends, and where its last character begins.
    ///
    /// - Parameters:
    ///   - start: Its first character.
    ///   - first: The one after.
    func endOfSpaces(from start: Int, first: Int) -> (end: Int, last: Int) {
        var (end, last) = (first, start)
        while end < bytes.count {
            let (kind, next) = character(at: end)
            guard kind == .space else { break }
            (last, end) = (end, next)
        }
        return (end, last)
    }
}
