extension Diagnostic {
    /// `file:line:column: error: message [code]`, the source line, a caret span, then fix-it and notes.
    public var rendered: String {
        var lines = ["\(span.map { $0.location + ": " } ?? "")\(severity.rawValue): \(message) [\(code.rawValue)]"]
        if let excerpt { lines.append(excerpt) }
        if let fixIt { lines.append("  fix: \(fixIt.description)") }
        lines += notes.map { "  note: \($0)" }
        return lines.joined(separator: "\n")
    }

    /// The source line and the carets under the span (its first line when it spans several).
    public var excerpt: String? {
        guard let span else { return nil }
        let (line, column) = span.start
        let scalars = Array(span.file.line(line).unicodeScalars)
        let endColumn = span.end.line == line ? span.end.column : scalars.count + 1
        // A window around the column keeps a megabyte-long line from flooding the terminal.
        let widest = 160
        let first = column > widest ? column - widest / 2 : 1
        let last = min(scalars.count, first + widest - 1)
        let visible = first <= last ? scalars[(first - 1)..<last] : []
        var text = String.UnicodeScalarView()
        var padding = ""
        var width = 0
        for (offset, scalar) in visible.enumerated() {
            // Tabs stay in the padding, so that the caret lines up however wide they are shown.
            let isControl = scalar.value < 0x20 && scalar != "\t"
            text.append(isControl ? "\u{FFFD}" : scalar)
            let columns = isControl ? 1 : DisplayWidth.of(scalar)
            if first + offset < column {
                padding += scalar == "\t" ? "\t" : String(repeating: " ", count: columns)
            } else if first + offset < endColumn {
                width += columns
            }
        }
        // Behind the line's end, where something is missing.
        if column > last + 1 { padding += String(repeating: " ", count: column - last - 1) }
        return "  \(String(text))\n  \(padding)^\(String(repeating: "~", count: max(1, width) - 1))"
    }
}
