/// What `#pragma` comments say about a program.
package struct Pragmas {
    package var vocabulary: [Atom]?
    package var maxLength: Int?
    package var causal: Bool?
    package var output: Name?
    package var encodings: [(name: Name, encoding: Encoding)] = []
    package var diagnostics: [Diagnostic] = []

    private static let known = ["vocab", "max_length", "causal", "output", "encoding"]

    package init(_ comments: [Comment], in file: SourceFile) {
        for comment in comments {
            let words = Self.words(comment.range, file)
            guard let first = words.first, first.span.text == "#pragma" else { continue }
            let place = SourceSpan(file: file, range: comment.range)
            guard comment.isTopLevel else {
                diagnostics.append(Diagnostic(.warning, .pragma, "a pragma inside braces has no effect", at: place))
                continue
            }
            guard words.count > 1 else {
                fail("expected one of \(Self.known.joined(separator: ", "))", at: place)
                continue
            }
            read(words[1], Array(words.dropFirst(2)), place)
        }
    }

    private mutating func fail(_ message: String, at span: SourceSpan) {
        diagnostics.append(Diagnostic(.error, .pragma, message, at: span))
    }

    private mutating func read(_ keyword: Name, _ arguments: [Name], _ place: SourceSpan) {
        switch keyword.text {
        case "vocab":
            if vocabulary != nil { return fail("vocab is given twice", at: place) }
            if arguments.isEmpty { return fail("vocab needs at least one token", at: place) }
            var seen: Set<Atom> = []
            for argument in arguments where !seen.insert(.string(argument.text)).inserted {
                return fail("the token \(Atom.string(argument.text).described) is given twice", at: argument.span)
            }
            vocabulary = arguments.map { .string($0.text) }
        case "max_length":
            if maxLength != nil { return fail("max_length is given twice", at: place) }
            guard arguments.count == 1, let length = Int(arguments[0].text), length > 0 else {
                return fail("max_length needs one positive integer", at: place)
            }
            maxLength = length
        case "causal":
            if causal != nil { return fail("causal is given twice", at: place) }
            guard arguments.count == 1, let value = ["true": true, "false": false][arguments[0].text.lowercased()]
            else {
                return fail("causal needs true or false", at: place)
            }
            causal = value
        case "output":
            if output != nil { return fail("output is given twice", at: place) }
            guard arguments.count == 1 else { return fail("output needs the name of one s-op", at: place) }
            output = arguments[0]
        case "encoding":
            guard arguments.count == 2, let encoding = Encoding(rawValue: arguments[1].text) else {
                return fail("encoding needs a variable and categorical or numerical", at: place)
            }
            encodings.append((arguments[0], encoding))
        default:
            let distances = Self.known.map { (name: $0, distance: EditDistance.between($0, keyword.text)) }
            let nearest = distances.min { $0.distance < $1.distance }.flatMap { $0.distance <= 2 ? $0.name : nil }
            diagnostics.append(
                Diagnostic(
                    .warning, .pragma, "the pragma \(keyword.text.prefix(40)) is not known", at: keyword.span,
                    fixIt: nearest.map { .init("did you mean \($0)?", span: keyword.span, replacement: $0) },
                    notes: nearest == nil ? ["there are \(Self.known.joined(separator: ", "))"] : []))
        }
    }

    /// Words of a pragma; one in double quotes may hold spaces.
    private static func words(_ range: Range<Int>, _ file: SourceFile) -> [Name] {
        var result: [Name] = []
        var offset = range.lowerBound
        let bytes = file.bytes
        while offset < range.upperBound {
            if bytes[offset] == 32 || bytes[offset] == 9 {
                offset += 1
                continue
            }
            let start = offset
            if bytes[offset] == UInt8(ascii: "\""),
                let close = bytes[(offset + 1)..<range.upperBound].firstIndex(of: UInt8(ascii: "\""))
            {
                offset = close + 1
                result.append(
                    Name(text: file.text(start + 1..<close), span: SourceSpan(file: file, range: start..<offset)))
                continue
            }
            while offset < range.upperBound, bytes[offset] != 32, bytes[offset] != 9 { offset += 1 }
            result.append(Name(text: file.text(start..<offset), span: SourceSpan(file: file, range: start..<offset)))
            // Other comments are not looked at beyond their first word.
            if result.count == 1, result[0].text != "#pragma" { return result }
        }
        return result
    }
}
