import RASP

/// Which definition is the output: the requested one, else `next` where the program says which tokens come next, else
/// the one named like the file, else the last one.
struct OutputSelection {
    private(set) var checked: CheckedProgram
    let file: SourceFile
    let name: String
    private(set) var diagnostics: [Diagnostic] = []

    init(checked: CheckedProgram, file: SourceFile, name: String) {
        (self.checked, self.file, self.name) = (checked, file, name)
        guard !checked.next.isEmpty else { return }
        let operation = self.checked.add(.next(checked.next), nil)
        self.checked.define("next", operation)
    }

    /// - Parameter requested: a name and where it stands, where the user or the program asks for one.
    mutating func output(_ requested: (name: String, span: SourceSpan?)?) -> (name: String, operation: Int)? {
        if let requested {
            if let operation = checked.operation(named: requested.name) { return (requested.name, operation) }
            diagnostics.append(
                Diagnostic(
                    .error, .undefinedName, "there is no definition \(requested.name.prefix(40)) to be the output",
                    at: requested.span, notes: checked.suggestion(for: requested.name)))
            return nil
        }
        let identifier = String(name.map { $0.isLetter || $0.isNumber ? $0 : "_" })
        for candidate in checked.next.isEmpty ? [name, identifier] : ["next"] {
            if let operation = checked.operation(named: candidate) { return (candidate, operation) }
        }
        if let last = checked.definitions.last { return (last.name, last.operation) }
        diagnostics.append(
            Diagnostic(
                .error, .undefinedName, "the program defines nothing that could be its output",
                at: SourceSpan(file: file, range: 0..<0), notes: ["a definition is written name := expression"]))
        return nil
    }
}
