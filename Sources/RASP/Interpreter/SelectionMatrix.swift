/// A square boolean matrix, rows packed into 64-bit words.
public struct SelectionMatrix: Sendable, Equatable {
    public let size: Int
    let wordsPerRow: Int
    var words: [UInt64]

    init(size: Int, filledWith value: Bool = false) {
        self.size = size
        wordsPerRow = (size + 63) / 64
        words = Array(repeating: value ? ~0 : 0, count: size * wordsPerRow)
        if value { clearPadding() }
    }

    /// Whether query position `row` attends to key position `column`.
    public subscript(row: Int, column: Int) -> Bool {
        get { words[row * wordsPerRow + column >> 6] >> UInt64(column & 63) & 1 == 1 }
        set {
            let bit = UInt64(1) << UInt64(column & 63)
            if newValue {
                words[row * wordsPerRow + column >> 6] |= bit
            } else {
                words[row * wordsPerRow + column >> 6] &= ~bit
            }
        }
    }

    func width(ofRow row: Int) -> Int {
        var count = 0
        for word in row * wordsPerRow..<(row + 1) * wordsPerRow { count += words[word].nonzeroBitCount }
        return count
    }

    /// The selected columns of a row, ascending.
    @inline(__always)
    func forEachColumn(ofRow row: Int, _ body: (Int) throws -> Void) rethrows {
        for index in 0..<wordsPerRow {
            var word = words[row * wordsPerRow + index]
            while word != 0 {
                try body(index << 6 + word.trailingZeroBitCount)
                word &= word - 1
            }
        }
    }

    mutating func formIntersection(_ other: SelectionMatrix) { for i in words.indices { words[i] &= other.words[i] } }
    mutating func formUnion(_ other: SelectionMatrix) { for i in words.indices { words[i] |= other.words[i] } }
    mutating func complement() {
        for i in words.indices { words[i] = ~words[i] }
        clearPadding()
    }

    /// Keeps the entries with column <= row.
    mutating func maskCausally() {
        for row in 0..<size {
            let last = row >> 6
            words[row * wordsPerRow + last] &= row & 63 == 63 ? ~0 : (UInt64(1) << UInt64(row & 63 + 1)) - 1
            for index in last + 1..<max(wordsPerRow, last + 1) { words[row * wordsPerRow + index] = 0 }
        }
    }

    private mutating func clearPadding() {
        guard size & 63 != 0 else { return }
        let mask = (UInt64(1) << UInt64(size & 63)) - 1
        for row in 0..<size { words[(row + 1) * wordsPerRow - 1] &= mask }
    }
}

extension SelectionMatrix {
    /// One of the columns that a row selects, nil where it selects none.
    func column(ofRow row: Int, _ occurrence: Occurrence) -> Int? {
        var chosen: Int?
        forEachColumn(ofRow: row) { column in
            guard let known = chosen else {
                chosen = column
                return
            }
            switch occurrence {
            case .first: break
            case .last: chosen = column
            case .closest: if abs(column - row) < abs(known - row) { chosen = column }
            }
        }
        return chosen
    }

    /// The matrix with all but one of the columns of each row taken out.
    func picked(_ occurrence: Occurrence) -> SelectionMatrix {
        var matrix = SelectionMatrix(size: size)
        for row in 0..<size {
            if let column = column(ofRow: row, occurrence) { matrix[row, column] = true }
        }
        return matrix
    }
}
