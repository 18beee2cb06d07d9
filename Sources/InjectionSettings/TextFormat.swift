/// How a text file holds its documents: the setting `text.format`, and `--text-format`.
public enum TextFormat: String, Sendable, CaseIterable {
    /// By the file's name and its whole first line: see `TextFormat.found`.
    case auto
    /// The file is one text.
    case plain
    /// JSON lines: on every line an object with a field `text`, or a string.
    case jsonl
    /// One JSON value: an array of such objects or of strings, or one of them.
    case json
}
