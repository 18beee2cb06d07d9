import Foundation

/// Reads lines from a terminal with editing, history and completion, with the keys of Emacs and of every shell.
///
/// The terminal is in raw mode only while a line is being read, so that Ctrl-C ends a computation.
final class LineEditor {
    enum Input: Equatable {
        case line(String)
        /// Ctrl-C
        case interrupted
        /// Ctrl-D on an empty line, or the end of input.
        case end
    }

    /// What a stem can be completed to.
    var completions: (String) -> [String] = { _ in [] }

    private var history: History
    private var line = LineBuffer()
    private var prompt = ""
    /// What Ctrl-K, Ctrl-U and Ctrl-W took, for Ctrl-Y.
    private var killed = ""
    /// Index into the history while it is walked through, and the line left for that.
    private var place = 0
    private var unfinished = ""
    private var search: HistorySearch?
    private var bytes: [UInt8] = []

    init(history: History) { self.history = history }

    func read(prompt: String) throws -> Input {
        self.prompt = prompt
        line = LineBuffer()
        place = history.lines.count
        unfinished = ""
        guard let mode = RawMode() else { return .end }
        defer { mode.end() }
        try refresh()
        let keys = KeyReader(nextByte: nextByte)
        while let key = try keys.next() {
            if let input = try handle(key) { return input }
            try refresh()
        }
        return .end
    }

    private func handle(_ key: Key) throws -> Input? {
        if takenBySearch(key) { return nil }
        switch key {
        case .text(let text): line.insert(text)
        case .enter:
            line.moveToEnd()
            try refresh()
            try Standard.output.write("\r\n")
            history.add(line.text)
            return .line(line.text)
        case .control("c"):
            try Standard.output.write("^C\r\n")
            return .interrupted
        case .control("d"):
            if line.characters.isEmpty {
                try Standard.output.write("\r\n")
                return .end
            }
            line.deleteForward()
        case .left, .control("b"): line.moveLeft()
        case .right, .control("f"): line.moveRight()
        case .home, .control("a"): line.moveToStart()
        case .end, .control("e"): line.moveToEnd()
        case .wordLeft: line.moveWordLeft()
        case .wordRight: line.moveWordRight()
        case .up, .control("p"): recall(place - 1)
        case .down, .control("n"): recall(place + 1)
        case .backspace, .control("h"): line.deleteBackward()
        case .delete: line.deleteForward()
        case .control("k"): killed = line.deleteToEnd()
        case .control("u"): killed = line.deleteToStart()
        case .control("w"), .deleteWordLeft: killed = line.deleteWordBackward()
        case .deleteWordRight: killed = line.deleteWordForward()
        case .control("y"): line.insert(killed)
        case .control("r"): search = HistorySearch(in: history.lines)
        case .control("l"): try Standard.output.write("\u{1B}[H\u{1B}[2J")
        case .tab: try complete()
        case .control, .escape: break
        }
        return nil
    }

    /// While a search goes on, text and Ctrl-R belong to it; Ctrl-G gives it up, any other key takes what it found and
    /// goes on.
    private func takenBySearch(_ key: Key) -> Bool {
        guard search != nil else { return false }
        switch key {
        case .text(let text): search?.extend(text)
        case .backspace: search?.shorten()
        case .control("r"): search?.older()
        case .control("g"): search = nil
        default:
            line = LineBuffer(search?.match ?? line.text)
            search = nil
            return false
        }
        return true
    }

    private func recall(_ index: Int) {
        guard (0...history.lines.count).contains(index), index != place else { return }
        if place == history.lines.count { unfinished = line.text }
        place = index
        line = LineBuffer(index == history.lines.count ? unfinished : history.lines[index])
    }

    private func complete() throws {
        let stem = line.stem
        let candidates = stem.isEmpty ? [] : completions(stem)
        guard let first = candidates.first else { return }
        let common = candidates.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
        if common.count > stem.count {
            line.insert(String(common.dropFirst(stem.count)))
        } else if candidates.count > 1 {
            try Standard.output.write("\r\n" + candidates.joined(separator: "  ") + "\r\n")
        }
    }

    /// Draws prompt and line; a line wider than the terminal is shown around the cursor.
    private func refresh() throws {
        var (prompt, line) = (prompt, line)
        if let search {
            prompt = "(search) \(search.query): "
            line = LineBuffer(search.match ?? line.text)
        }
        let available = max(8, RawMode.columns - LineBuffer.width(of: prompt) - 1)
        var start = 0
        while LineBuffer.width(of: line.characters[start..<line.cursor]) > available { start += 1 }
        var end = line.cursor
        while end < line.characters.count, LineBuffer.width(of: line.characters[start...end]) <= available { end += 1 }
        let column = LineBuffer.width(of: prompt) + LineBuffer.width(of: line.characters[start..<line.cursor])
        let shown = Terminal.styled(prompt, .dim, for: .output) + String(line.characters[start..<end])
        try Standard.output.write("\r\(shown)\u{1B}[K\r" + (column > 0 ? "\u{1B}[\(column)C" : ""))
    }

    private func nextByte() throws -> UInt8? {
        if bytes.isEmpty {
            var chunk = [UInt8](repeating: 0, count: 4096)
            var count = -1
            repeat { count = Foundation.read(STDIN_FILENO, &chunk, chunk.count) } while count < 0 && errno == EINTR
            guard count > 0 else { return nil }
            // Last first, so that taking one is cheap.
            bytes = chunk[..<count].reversed()
        }
        return bytes.popLast()
    }
}
