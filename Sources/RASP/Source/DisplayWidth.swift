/// How many columns of a terminal a text takes: Chinese, Japanese, Korean characters and emoji two, combining marks
/// none.
///
/// After Unicode Standard Annex 11 (East Asian Width), with the wide and full-width blocks as ranges. Terminals differ
/// in rare scripts; no width suits all of them.
public enum DisplayWidth {
    public static func of(_ text: String) -> Int { text.reduce(0) { $0 + of($1) } }

    /// The text, filled up with spaces to `width` columns.
    public static func padded(_ text: String, to width: Int, right: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - of(text)))
        return right ? space + text : text + space
    }

    /// A character is as wide as the widest of its scalars: what is joined to a base shares its place.
    private static func of(_ character: Character) -> Int {
        let scalars = character.unicodeScalars
        // Two regional indicators make a flag, and the variation selector 16 asks for a picture.
        let isPicture = scalars.contains("\u{FE0F}") || scalars.count { (0x1F1E6...0x1F1FF).contains($0.value) } > 1
        return isPicture ? 2 : scalars.map { of($0) }.max() ?? 0
    }

    static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator: return 0
        default: break
        }
        // Vowels and final consonants of Korean are drawn in the place of the consonant before them.
        if (0x1160...0x11FF).contains(scalar.value) { return 0 }
        return scalar.properties.isEmojiPresentation || wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F,  // Hangul initial consonants
        0x2329...0x232A, 0x2E80...0x303E,  // radicals, CJK punctuation
        0x3041...0x33FF,  // kana, Bopomofo, enclosed letters
        0x3400...0x4DBF, 0x4E00...0x9FFF,  // ideographs
        0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,  // Yi, Hangul
        0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,  // compatibility and vertical forms
        0xFF01...0xFF60, 0xFFE0...0xFFE6,  // full width
        0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF,  // Tangut, Khitan, Nüshu, further kana
        0x1F200...0x1F265, 0x20000...0x3FFFD,  // enclosed ideographs, further planes of ideographs
    ]
}
