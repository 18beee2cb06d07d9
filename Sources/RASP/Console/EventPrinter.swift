/// Makes the console's text of what statements gave.
final class EventPrinter {
    private let evaluating: Evaluating
    private let style: Session.Style
    private let display: ValueDisplay
    /// Examples that failed, as warnings.
    private(set) var findings: [Diagnostic] = []

    init(evaluating: Evaluating, style: Session.Style) {
        self.evaluating = evaluating
        self.style = style
        display = evaluating.display
    }

    func text(_ event: Evaluating.Event) -> String {
        switch event {
        case .value(let name, let value): return lines(value, name: name, withExamples: true) + "\n"
        case .function(let function): return lines(.function(function), name: function.name, withExamples: true) + "\n"
        case .drawn(let applied): return lines(.applied(applied), name: "out", withExamples: true) + "\n"
        case .loaded(let values):
            return values.map { lines($0.1, name: $0.name, withExamples: false) + "\n" }.joined()
        case .loadedWithErrors(let events): return events.map(loaded).joined()
        case .examples(let subject):
            var text = ""
            if subject != .selector { text += "\ts-op example: \(display.inline(evaluating.sopExample))\n" }
            if subject != .sop { text += "\tselector example: \(display.inline(evaluating.selectorExample))\n" }
            return text
        case .exit, .failed: return ""
        }
    }

    private func loaded(_ event: Evaluating.Event) -> String {
        switch event {
        case .value(let name, let value): lines(value, name: name, withExamples: false) + "\n"
        case .function(let function): lines(.function(function), name: function.name, withExamples: false) + "\n"
        case .failed(let diagnostic): style == .transcript ? diagnostic.transcriptLines + "\n" : ""
        default: ""
        }
    }

    private func lines(_ value: Value, name: String, withExamples: Bool) -> String {
        if value.weight > ValueDisplay.largestShown {
            return "     \(value.kindName): \(name) = (more than \(ValueDisplay.largestShown) values)"
        }
        switch value {
        case .atom(let atom): return "    value: \(name) =  \(quoted(atom))"
        case .list(let list): return nested("list", "[", "]", name, list.items.map { (nil, $0) }, withExamples)
        case .dict(let dict):
            return nested("dict", "{", "}", name, dict.entries.map { ($0.key, $0.value) }, withExamples)
        case .sop(let sop): return "     s-op: \(name)" + (withExamples ? example(.sop(sop), name) : "")
        case .selector(let selector):
            return "     selector: \(name)" + (withExamples ? example(.selector(selector), name) : "")
        case .function(let function):
            let isLibrary = style == .transcript && function.origin == Library.origin
            let origin = isLibrary ? "RASP_support/rasplib" : function.origin
            return "     \(origin) function: \(function.name)(\(function.parameters.joined(separator: ", ")))"
        case .applied(let applied): return application(applied)
        }
    }

    /// The atom in full, where messages shorten long strings.
    private func quoted(_ atom: Atom) -> String {
        if case .string(let text) = atom { "\"\(text)\"" } else { atom.description }
    }

    private func nested(
        _ kind: String, _ open: String, _ close: String, _ name: String, _ items: [(key: Atom?, value: Value)],
        _ withExamples: Bool
    ) -> String {
        let head = name.isEmpty ? "     \(kind):" : "     \(kind): \(name) ="
        let isFlat = items.allSatisfy { if case .atom = $0.value { true } else { false } }
        if isFlat {
            let entries = items.map { item -> String in
                guard case .atom(let atom) = item.value else { return "" }
                return (item.key.map { "\($0.quoted): " } ?? "") + atom.quoted
            }
            return "\(head) \(open)\(entries.joined(separator: ", "))\(close)"
        }
        let inner = items.map { item -> String in
            let indent = item.key == nil ? "\t\t" : "\t\t\t"
            // The reference implementation prints an atom without the key before it.
            var isAtom = false
            if case .atom = item.value { isAtom = true }
            let label = isAtom && style == .transcript ? "" : item.key.map { " \(quoted($0)) :" } ?? ""
            let body = element(item.value, withExamples).split(separator: "\n", omittingEmptySubsequences: false)
            return indent + label + body.joined(separator: "\n" + indent)
        }
        return
            "\(head)  \(open)\n\(inner.joined(separator: "\n"))\n\(String(repeating: " ", count: head.unicodeScalars.count + 1))\(close)"
    }

    private func element(_ value: Value, _ withExamples: Bool) -> String {
        switch value {
        case .atom(let atom): "    value:  \(quoted(atom))"
        case .sop(let sop): lines(value, name: display.name(of: .sop(sop)), withExamples: withExamples)
        case .selector(let selector):
            lines(value, name: display.name(of: .selector(selector)), withExamples: withExamples)
        default: lines(value, name: "", withExamples: withExamples)
        }
    }

    private func application(_ applied: Applied) -> String {
        switch applied.result {
        case .matrix(let matrix): return "\t = \n \(ValueDisplay.matrix(matrix, applied.input))"
        case .sequence(let values):
            guard evaluating.showsFullDisplay else { return "\t =  \(ValueDisplay.sequence(values))" }
            if isUniform(values) {
                return "\t =   \(ValueDisplay.sequence(values)) [skipped full display: identical values]"
            }
            return "\t = \n \(ValueDisplay.aligned(applied.input, values))"
        }
    }

    private func isUniform(_ values: [Atom?]) -> Bool { values.count > 1 && values.allSatisfy { $0 == values[0] } }

    private func example(_ node: GraphNode, _ name: String) -> String {
        let isSOp: Bool
        if case .sop = node { isSOp = true } else { isSOp = false }
        guard isSOp ? evaluating.showsSOpExamples : evaluating.showsSelectorExamples else { return "" }
        let source = isSOp ? evaluating.sopExample : evaluating.selectorExample
        let interpreter = evaluating.options.interpreter
        do {
            let input = try evaluating.sequence(of: source, at: nil)
            switch node {
            case .selector(let selector):
                let matrix = try interpreter.matrix(of: selector, on: input, uniform: true)
                return "\n \t Example:\n \(ValueDisplay.matrix(matrix, interpreter.framed(input)))"
            case .sop(let sop):
                let values = try interpreter.evaluateUniformly(sop, on: input)
                let line = "\n \t Example: \(name)(\(display.inline(source))) = \(ValueDisplay.sequence(values))"
                guard evaluating.showsFullDisplay else { return line }
                if isUniform(values) { return line + " [skipped full display: identical values]" }
                return "\n \t Example:\n \(ValueDisplay.aligned(input, values))"
            }
        } catch let failure as RASPError {
            // The definition stands; only this input does not suit it.
            findings += failure.diagnostics.map { diagnostic in
                var warning = diagnostic
                warning.severity = .warning
                warning.message = "\(name) fails on the example: \(warning.message)"
                return warning
            }
        } catch {}
        return ""
    }
}
