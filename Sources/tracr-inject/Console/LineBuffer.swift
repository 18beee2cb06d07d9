/// A line being edited: its characters and the cursor among them. Knows nothing of terminals.
struct LineBuffer {
    private(set) var characters: [Character] = []
    /// 0 ... characters.count
    private(set) var cursor = 0

    var text: String { String(characters) }

    init(_ text: String = "") {
        characters = Array(text)
        cursor = characters.count
    }

    mutating func insert(_ text: String) {
        // A combining mark joins the character before it, so the line is divided anew.
        let before = String(characters[..<cursor]) + text
        let after = String(characters[cursor...])
        cursor = before.count
        characters = Array(before + after)
        cursor = min(cursor, characters.count)
    }

    mutating func moveLeft() { cursor = max(0, cursor - 1) }
    mutating func moveRight() { cursor = min(characters.count, cursor + 1) }
    mutating func moveToStart() { cursor = 0 }
    mutating func moveToEnd() { cursor = characters.count }
    mutating func moveWordLeft() { cursor = startOfWord }
    mutating func moveWordRight() { cursor = endOfWord }

    mutating func deleteBackward() { remove(max(0, cursor - 1)..<cursor) }
    mutating func deleteForward() { remove(cursor..<min(characters.count, cursor + 1)) }
    mutating func deleteWordBackward() -> String { remove(startOfWord..<cursor) }
    mutating func deleteWordForward() -> String { remove(cursor..<endOfWord) }
    mutating func deleteToStart() -> String { remove(0..<cursor) }
    mutating func deleteToEnd() -> String { remove(cursor..<characters.count) }

    @discardableResult
    private mutating func remove(_ range: Range<Int>) -> String {
        let removed = String(characters[range])
        characters.removeSubrange(range)
        cursor = range.lowerBound
        return removed
    }

    private static func isPartOfWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    private var startOfWord: Int {
        var place = cursor
        while place > 0, !Self.isPartOfWord(characters[place - 1]) { place -= 1 }
        while place > 0, Self.isPartOfWord(characters[place - 1]) { place -= 1 }
        return place
    }

    private var endOfWord: Int {
        var place = cursor
        while place < characters.count, !Self.isPartOfWord(characters[place]) { place += 1 }
        while place < characters.count, Self.isPartOfWord(characters[place]) { place += 1 }
        return place
    }

    /// The beginning of a name or command before the cursor, which completion goes on from.
    var stem: String {
        var place = cursor
        while place > 0, Self.isPartOfWord(characters[place - 1]) { place -= 1 }
        if place == 1, characters[0] == ":" { place = 0 }
        return String(characters[place..<cursor])
    }

    /// Columns that the characters take on a terminal.
    static func width(of characters: some Sequence<Character>) -> Int {
        characters.reduce(0) { $0 + width(of: $1) }
    }

    private static func width(of character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.value {
        // East Asian wide and fullwidth forms, and emoji.
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return scalar.properties.generalCategory == .nonspacingMark ? 0 : 1
        }
    }
}
