/// Warnings where the language groups otherwise than readers of other languages expect. Each proposes the other reading,
/// and says how the one in force is written so that nobody doubts it.
extension Parser {
    private func isChain(_ expression: Expression, of operators: [BinaryOperator]) -> Bool {
        guard !expression.isParenthesized, case .chain(_, let links) = expression.kind else { return false }
        return links.contains { operators.contains($0.symbol) }
    }

    private func hasPrefix(_ expression: Expression, _ symbol: PrefixOperator) -> Bool {
        guard !expression.isParenthesized, case .prefix(let operators, _) = expression.kind else { return false }
        return operators.contains(symbol)
    }

    /// What stands behind the last such operator of a prefix expression, other operators before the operand included; nil
    /// where comments between them hide it.
    private func span(behind symbol: PrefixOperator, of expression: Expression) -> SourceSpan? {
        guard case .prefix(_, let operand) = expression.kind else { return nil }
        let (start, end) = (expression.span.range.lowerBound, operand.span.range.lowerBound)
        let operators = file.bytes[start..<end]
        let word = Array(symbol.rawValue.utf8)
        guard !operators.contains(UInt8(ascii: "#")),
            let place = operators.indices.last(where: { operators[$0...].starts(with: word) })
        else { return nil }
        let isBlank = { (byte: UInt8) in byte == 32 || (9...13).contains(byte) }
        let behind = operators[(place + word.count)...].firstIndex { !isBlank($0) } ?? end
        return SourceSpan(file: file, range: behind..<operand.span.range.upperBound)
    }

    /// - Parameters:
    ///   - group: what is grouped now.
    ///   - other: what would be grouped in the other reading; nil where parentheses alone do not give it.
    private mutating func lint(_ message: String, group: SourceSpan, other: SourceSpan?) {
        lint(message, group: group, other.map { ($0, "(\($0.text))", "(\($0.text.prefix(80)))") })
    }

    private mutating func lint(
        _ message: String, group: SourceSpan, _ fix: (span: SourceSpan, text: String, shown: String)?
    ) {
        let fixIt = fix.map { span, text, shown in
            Diagnostic.FixIt("write \(shown) if that is meant", span: span, replacement: text)
        }
        report(
            .precedence, message, at: group, severity: .warning, fixIt: fixIt,
            notes: ["(\(group.text.prefix(80))) says that it is meant as it is"])
    }

    mutating func lintChain(_ first: Expression, _ links: [Expression.Link]) {
        let operands = [first] + links.map(\.operand)
        switch links[0].symbol {
        case .in: lintIn(operands)
        case .and, .or: lintLogic(operands, links)
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
            lintNot(operands, links)
            if links.count > 1 { lintComparisons(operands, links) }
        case .modulo:
            lintNot(operands, links)
            for (left, right) in zip(operands, operands.dropFirst()) {
                guard isChain(right, of: [.times, .divide, .floorDivide]), case .chain(let factor, _) = right.kind
                else { continue }
                lint(
                    "% binds looser than *, / and //", group: right.span,
                    other: left.span.union(factor.span))
            }
        case .power:
            lintNot(operands, links)
            if hasPrefix(first, .minus) {
                lint(
                    "prefix - binds tighter than ^: this is (-x)^y", group: first.span,
                    other: span(behind: .minus, of: first)?.union(operands[1].span))
            }
            if links.count > 1 {
                lint(
                    "^ groups from the left: (x^y)^z", group: first.span.union(operands[1].span),
                    other: operands[1].span.union(operands[2].span))
            }
        case .times, .divide, .floorDivide, .plus, .minus: lintNot(operands, links)
        }
    }

    private mutating func lintIn(_ operands: [Expression]) {
        let looser: [BinaryOperator] = [.and, .or, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual]
        if hasPrefix(operands[0], .not) {
            lint(
                "not binds tighter than in: this is (not x) in y", group: operands[0].span,
                other: span(behind: .not, of: operands[0])?.union(operands[1].span))
        }
        for (index, side) in operands.enumerated() where !side.isParenthesized {
            // In the other reading `in` takes only what stands next to it.
            func beside(_ first: SourceSpan, _ last: SourceSpan) -> SourceSpan {
                index == 0 ? last.union(operands[1].span) : operands[index - 1].span.union(first)
            }
            if isChain(side, of: looser), case .chain(let first, let links) = side.kind {
                lint(
                    "in binds loosest of all: and, or and comparisons beside it are grouped first", group: side.span,
                    other: beside(first.span, links[links.count - 1].operand.span))
            } else if case .conditional(let first, let branches) = side.kind {
                lint(
                    "in binds loosest of all: the conditional beside it is grouped first", group: side.span,
                    other: beside(first.span, branches[branches.count - 1].otherwise.span))
            }
        }
        if operands.count > 2 {
            lint(
                "x in y in z is (x in y) in z", group: operands[0].span.union(operands[1].span),
                other: operands[1].span.union(operands[2].span))
        }
    }

    /// `a and b or c` means the same in every language; an `and` behind an `or` does not.
    private mutating func lintLogic(_ operands: [Expression], _ links: [Expression.Link]) {
        guard let or = links.firstIndex(where: { $0.symbol == .or }),
            let and = links[or...].firstIndex(where: { $0.symbol == .and })
        else { return }
        let end = links[and...].firstIndex { $0.symbol == .or } ?? links.count
        lint(
            "and and or have one precedence and group from the left", group: operands[0].span.union(operands[and].span),
            other: operands[and].span.union(operands[end].span))
    }

    private mutating func lintComparisons(_ operands: [Expression], _ links: [Expression.Link]) {
        let all = operands[0].span.union(operands[operands.count - 1].span)
        let pairs = links.indices.map { index in
            "\(operands[index].span.text) \(links[index].symbol.rawValue) \(operands[index + 1].span.text)"
        }
        let text = pairs.joined(separator: " and ")
        lint(
            "comparisons do not chain: the first result is compared with the next operand",
            group: operands[0].span.union(operands[1].span), (all, text, String(text.prefix(160))))
    }

    private mutating func lintNot(_ operands: [Expression], _ links: [Expression.Link]) {
        guard hasPrefix(operands[0], .not) else { return }
        let symbol = links[0].symbol.rawValue
        lint(
            "not binds tighter than \(symbol): this is (not x) \(symbol) y", group: operands[0].span,
            other: span(behind: .not, of: operands[0])?.union(operands[operands.count - 1].span))
    }

    mutating func lintConditional(_ expression: Expression) {
        guard case .conditional(let first, let branches) = expression.kind, branches.count > 1 else { return }
        lint(
            "conditionals group from the left: (a if b else c) if d else e",
            group: first.span.union(branches[0].otherwise.span),
            other: branches[0].otherwise.span.union(branches[branches.count - 1].otherwise.span))
    }
}
