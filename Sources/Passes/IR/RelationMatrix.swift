/// A relation laid out with the combinations of key classes as rows and those of query classes as columns.
struct RelationMatrix {
    private(set) var rows: Int
    private(set) var columns: Int
    private(set) var entries: [Bool]

    var transposed: RelationMatrix {
        var result = RelationMatrix(rows: columns, columns: rows, entries: entries)
        for row in 0..<rows {
            for column in 0..<columns { result.entries[column * rows + row] = entries[row * columns + column] }
        }
        return result
    }

    /// Keeps one of each set of equal rows, in order of first occurrence; returns the new row of each old one.
    mutating func mergeRows() -> [Int] {
        var numbers: [[Bool]: Int] = [:]
        var kept: [Bool] = []
        let number = (0..<rows).map { row in
            let slice = Array(entries[(row * columns)..<((row + 1) * columns)])
            if let known = numbers[slice] { return known }
            numbers[slice] = numbers.count
            kept += slice
            return numbers.count - 1
        }
        rows = numbers.count
        entries = kept
        return number
    }

    /// Leaves out all other rows.
    mutating func keepRows(_ kept: [Int]) {
        entries = kept.flatMap { entries[($0 * columns)..<(($0 + 1) * columns)] }
        rows = kept.count
    }
}

extension Relation {
    /// The table with rows and columns in the order of its axes on either side.
    var matrix: RelationMatrix {
        let count = { (side: Side) in axes(on: side).reduce(1) { $0 * $1.classCount } }
        let (rows, columns) = (count(.key), count(.query))
        var entries = [Bool](repeating: false, count: rows * columns)
        forEachEntry { digits, output in
            var (row, column) = (0, 0)
            for (axis, digit) in zip(axes, digits) {
                if axis.variable.side == .key {
                    row = row * axis.classCount + digit
                } else {
                    column = column * axis.classCount + digit
                }
            }
            entries[row * columns + column] = output == 1
        }
        return RelationMatrix(rows: rows, columns: columns, entries: entries)
    }
}

extension FiniteFunction {
    /// All entries with the class of each axis.
    func forEachEntry(_ body: ([Int], Int) -> Void) {
        var digits = [Int](repeating: 0, count: axes.count)
        for output in outputs {
            body(digits, output)
            var position = axes.count - 1
            while position >= 0 {
                digits[position] += 1
                if digits[position] < axes[position].classCount { break }
                digits[position] = 0
                position -= 1
            }
        }
    }
}
