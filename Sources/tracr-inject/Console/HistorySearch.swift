/// Ctrl-R: the latest line of the history that holds what is typed. Knows nothing of terminals.
struct HistorySearch {
    private let lines: [String]
    private(set) var query = ""
    /// Index of the line found.
    private var place: Int

    init(in lines: [String]) {
        self.lines = lines
        place = lines.count
    }

    /// nil before the first match; the last match stays when a longer query has none.
    var match: String? { lines.indices.contains(place) ? lines[place] : nil }

    mutating func extend(_ text: String) {
        query += text
        if match?.contains(query) != true { goOn(from: lines.count) }
    }

    mutating func shorten() {
        query = String(query.dropLast())
        goOn(from: lines.count)
    }

    /// The next older match.
    mutating func older() { goOn(from: place) }

    private mutating func goOn(from end: Int) {
        guard !query.isEmpty, let found = lines[..<min(end, lines.count)].lastIndex(where: { $0.contains(query) })
        else { return }
        place = found
    }
}
