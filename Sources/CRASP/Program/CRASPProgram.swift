import Foundation
import RASP

/// A program in C-RASP, the language of counting of Yang and Chiang, "Counting Like Transformers: Compiling Temporal
/// Counting Logic Into Softmax Transformers" (2024), with the local and periodic predicates of Huang et al., "A Formal
/// Framework for Understanding Length Generalization in Transformers" (2025).
///
/// A program is a list of definitions. Each gives every position a boolean or a count: whether a token stands there, how
/// many positions up to here have a property, how sums of such counts compare.
public struct CRASPProgram: Sendable {
    /// A name and the step of the program that it stands for.
    package struct Definition: Sendable {
        package let name: String
        package let operation: Int
    }

    public let name: String
    public let outputName: String
    public let vocabulary: [Atom]?
    public let maxLength: Int?
    /// Findings that did not keep the program from being read.
    public let warnings: [Diagnostic]
    public internal(set) var sources: [URL] = []
    package let definitions: [Definition]
    package let operations: [Operation]
    package let spans: [SourceSpan?]
    /// The number of the step that is the output.
    package let output: Int
    /// For each step, how deep counts are nested in it.
    package let depths: [Int]
    let limits: Limits

    /// How deep counts are nested in the output: the number of attention layers that it takes.
    public var depth: Int { depths[output] }

    /// The steps that the output depends on, in ascending order.
    package let needed: [Int]

    init(
        name: String, _ checked: CheckedProgram, output: (name: String, operation: Int), vocabulary: [Atom]?,
        maxLength: Int?, warnings: [Diagnostic], limits: Limits
    ) {
        (self.name, self.vocabulary, self.maxLength, self.warnings) = (name, vocabulary, maxLength, warnings)
        (outputName, self.output) = output
        (definitions, operations, spans) = (checked.definitions, checked.operations, checked.spans)
        self.limits = limits
        var depths: [Int] = []
        for operation in checked.operations {
            let inner = operation.operands.map { depths[$0] }.max() ?? 0
            if case .count = operation { depths.append(inner + 1) } else { depths.append(inner) }
        }
        self.depths = depths
        var isNeeded = [Bool](repeating: false, count: operations.count)
        isNeeded[output.operation] = true
        for number in operations.indices.reversed() where isNeeded[number] {
            for operand in operations[number].operands { isNeeded[operand] = true }
        }
        needed = operations.indices.filter { isNeeded[$0] }
    }
}

extension CRASPProgram {
    /// Reads a `.crasp` file; the program is named like it.
    ///
    /// - Throws: `RASPError` with every finding, at least one of them an error.
    public static func load(contentsOf url: URL, options: ProgramOptions = .init()) throws -> CRASPProgram {
        let file = try SourceReader.read(url, name: url.relativePath, limits: options.limits)
        var program = try CRASPProgram(file: file, name: url.deletingPathExtension().lastPathComponent, options)
        program.sources = [url]
        return program
    }

    /// Reads a program's text.
    ///
    /// - Parameters:
    ///   - source: the text.
    ///   - name: what the program is called. A definition of this name is the output where neither option nor pragma
    ///     says.
    ///   - fileName: what diagnostics call the text; `<name>.crasp` by default.
    ///   - options: how the text is read.
    /// - Throws: `RASPError` with every finding, at least one of them an error.
    public init(source: String, name: String, fileName: String? = nil, options: ProgramOptions = .init()) throws {
        guard source.utf8.count <= options.limits.sourceSize else {
            throw RASPError(.limit, "the program is larger than \(options.limits.sourceSize >> 20) MiB")
        }
        try self.init(file: SourceFile(name: fileName ?? name + ".crasp", text: source), name: name, options)
    }

    private init(file: SourceFile, name: String, _ options: ProgramOptions) throws {
        let limits = options.limits
        let parsed = try DeepStack.run { Parser.parse(file, limits) }
        let pragmas = Pragmas(parsed.directives, in: file)
        var findings = parsed.diagnostics + pragmas.diagnostics
        if pragmas.causal == false {
            findings.append(
                Diagnostic(.error, .pragma, "C-RASP never looks ahead: a program cannot be other than causal", at: nil))
        }
        for (variable, _) in pragmas.encodings {
            findings.append(
                Diagnostic(.warning, .pragma, "an encoding says nothing in C-RASP", at: variable.span))
        }
        var checker = Checker(parsed.syntax, vocabulary: pragmas.vocabulary, limits)
        checker.run()
        findings += checker.diagnostics
        var selection = OutputSelection(checked: checker.checked, file: file, name: name)
        let requested = options.output.map { ($0, nil) } ?? pragmas.output.map { ($0.text, $0.span) }
        let output = selection.output(requested)
        // After other errors a missing output would only be their consequence.
        if !findings.contains(where: { $0.severity == .error }) { findings += selection.diagnostics }
        guard let output, !findings.contains(where: { $0.severity == .error }) else { throw RASPError(findings) }
        self.init(
            name: name, selection.checked, output: output, vocabulary: pragmas.vocabulary,
            maxLength: pragmas.maxLength, warnings: findings, limits: limits)
    }
}
