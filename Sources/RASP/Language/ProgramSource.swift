import Foundation

/// How a program's text is read.
public struct ProgramOptions: Sendable {
    /// The s-op to take as output, whatever the file's own pragma says.
    public var output: String?
    /// Whether to refuse what the reference implementation refuses.
    public var strict = false
    public var limits = Limits()
    /// Where the files are that `load` statements name; nil: they are looked for.
    public var references: [SourceReference]?
    /// Folders in which what `load` statements name is looked for at last.
    public var libraries: [URL]

    public init(
        output: String? = nil, strict: Bool = false, limits: Limits = Limits(), references: [SourceReference]? = nil,
        libraries: [URL] = []
    ) {
        self.libraries = libraries
        self.output = output
        self.strict = strict
        self.limits = limits
        self.references = references
    }
}

extension Program {
    /// Reads a `.rasp` file; the program is named like it.
    ///
    /// - Throws: `RASPError` with every finding, at least one of them an error.
    public static func load(contentsOf url: URL, options: ProgramOptions = .init()) throws -> Program {
        let name = url.deletingPathExtension().lastPathComponent
        let file = try SourceReader.read(url, name: url.relativePath, limits: options.limits)
        return try Program(file: file, name: name, url: url, options: options)
    }

    /// Reads a program's text. `load` statements in it start from the working directory.
    ///
    /// - Parameters:
    ///   - source: the text.
    ///   - name: what the program is called. An s-op of this name is the output where neither option nor pragma says.
    ///   - fileName: what diagnostics call the text; `<name>.rasp` by default.
    ///   - options: how the text is read.
    /// - Throws: `RASPError` with every finding, at least one of them an error.
    public init(source: String, name: String, fileName: String? = nil, options: ProgramOptions = .init()) throws {
        guard source.utf8.count <= options.limits.sourceSize else {
            throw RASPError(.limit, "the program is larger than \(options.limits.sourceSize >> 20) MiB")
        }
        let file = SourceFile(name: fileName ?? name + ".rasp", text: source)
        try self.init(file: file, name: name, url: nil, options: options)
    }

    private init(file: SourceFile, name: String, url: URL?, options: ProgramOptions) throws {
        self = try DeepStack.run { Result { try Self.build(file, name: name, url: url, options: options) } }.get()
    }

    private static func build(_ file: SourceFile, name: String, url: URL?, options: ProgramOptions) throws -> Program {
        let parsed = Parser.parse(file, options: .init(strict: options.strict, limits: options.limits))
        let pragmas = Pragmas(parsed.comments, in: file)
        let evaluating = Evaluating(
            options: .init(
                strict: options.strict, limits: options.limits, references: options.references,
                libraries: options.libraries),
            base: Library.base(strict: options.strict))
        let scope = Scope(parent: evaluating.base)
        evaluating.scope = scope
        evaluating.origin = name
        evaluating.diagnostics = parsed.diagnostics + pragmas.diagnostics
        if let url {
            evaluating.loading = [
                LoadedFile(path: url.resolvingSymlinksInPath().path, directory: url.deletingLastPathComponent().path)
            ]
        }
        evaluating.run(parsed.statements)
        defer { scope.variables = [:] }
        var findings = evaluating.diagnostics
        let selected = Self.output(scope, file, name, options, pragmas)
        // After other errors a missing output would only be their consequence.
        if case .failure(let diagnostic) = selected, !findings.contains(where: { $0.severity == .error }) {
            findings.append(diagnostic)
        }
        let variables: [(name: String, sop: SOp)] = scope.variables.compactMap { name, value in
            if case .sop(let sop) = value { (name, sop) } else { nil }
        }
        for (name, _) in pragmas.encodings where !variables.contains(where: { $0.name == name.text }) {
            findings.append(Diagnostic(.warning, .pragma, "there is no s-op \(name.text) to encode", at: name.span))
        }
        guard case .success(let output) = selected, !findings.contains(where: { $0.severity == .error }) else {
            throw RASPError(findings)
        }
        var program = Program(
            name: name, output: output.sop, outputName: output.name, variables: deduplicated(variables, output: output),
            vocabulary: pragmas.vocabulary, maxLength: pragmas.maxLength, causal: pragmas.causal,
            encodings: Dictionary(pragmas.encodings.map { ($0.name.text, $0.encoding) }) { $1 },
            uniformSequences: true, warnings: findings)
        program.named = named(variables, output: output)
        program.drawings = evaluating.drawings
        program.repetitions = evaluating.repetitions
        program.sources = (url.map { [$0] } ?? []) + evaluating.loadedFiles.map(\.absoluteURL)
        program.references = evaluating.references
        program.localNames = evaluating.nodeNames
        return program
    }

    /// Leaves each node one name: the output's own for the output, and the first that was given for any other.
    static func deduplicated(
        _ variables: [(name: String, sop: SOp)], output: (name: String, sop: SOp)
    ) -> [(name: String, sop: SOp)] {
        var seen: Set<SOp> = []
        return variables.filter { name, sop in
            if sop === output.sop, name != output.name { return false }
            return seen.insert(sop).inserted
        }
    }

    /// What a trace shows: all variables, and the output where none of them is it, since `load` or the library may have
    /// named it.
    static func named(_ variables: [(name: String, sop: SOp)], output: (name: String, sop: SOp)) -> [Variable] {
        let isListed = variables.contains { $0.name == output.name }
        return (isListed ? variables : variables + [output]).map { Variable(name: $0.name, sop: $0.sop) }
    }

    private enum Selection {
        case success((name: String, sop: SOp))
        case failure(Diagnostic)
    }

    /// The option, else the pragma, else the s-op named like the file, else the last one the file assigns.
    private static func output(
        _ scope: Scope, _ file: SourceFile, _ name: String, _ options: ProgramOptions, _ pragmas: Pragmas
    ) -> Selection {
        let requested = options.output ?? pragmas.output?.text
        if let requested {
            if case .sop(let sop)? = scope.lookUp(requested) { return .success((requested, sop)) }
            let kind = scope.lookUp(requested).map { "\(requested) is \($0.described), not an s-op" }
            return .failure(
                Diagnostic(
                    .error, .undefinedName, kind ?? "there is no s-op \(requested) to be the output",
                    at: options.output == nil ? pragmas.output?.span : nil))
        }
        let identifier = String(name.map { $0.isLetter || $0.isNumber ? $0 : "_" })
        for candidate in [name, identifier] {
            if case .sop(let sop)? = scope.variables[candidate] { return .success((candidate, sop)) }
        }
        let sops = scope.variables.filter { if case .sop = $0.value { true } else { false } }
        let own = sops.filter { scope.places[$0.key]?.file === file }
        if case (let name, .sop(let sop))? = (own.isEmpty ? sops : own).elements.last.map({ ($0.key, $0.value) }) {
            return .success((name, sop))
        }
        return .failure(
            Diagnostic(
                .error, .undefinedName, "the program assigns no s-op that could be its output",
                at: SourceSpan(file: file, range: 0..<0)))
    }
}
