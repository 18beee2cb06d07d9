/// Warnings where the language groups otherwise than readers of other languages expect.
extension Parser {
    private func isChain(_ expression: Expression, of operators: [BinaryOperator]) -> Bool {
        guard !expression.isParenthesized, case .chain(_, let links) = expression.kind else { return false }
        return links.contains { operators.contains($0.symbol) }
    }

    private func hasPrefix(_ expression: Expression, _ symbol: PrefixOperator) -> Bool {
        guard !expression.isParenthesized, case .prefix(let operators, _) = expression.kind else { return false }
        return operators.contains(symbol)
    }

    private mutating func lint(_ message: String, group: SourceSpan) {
        report(
            .precedence, message, at: group, severity: .warning,
            fixIt: Diagnostic.FixIt(
                "write (\(group.text.prefix(80))) if that is meant", span: group, replacement: "(\(group.text))"))
    }

    mutating func lintChain(_ first: Expression, _ links: [Expression.Link]) {
        let operands = [first] + links.map(\.operand)
        switch links[0].symbol {
        case .in:
            lintNot(first, .in)
            for operand in operands
            where isChain(operand, of: [.and, .or, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual]) {
                lint(
                    "in binds loosest of all: and, or and comparisons beside it are grouped first", group: operand.span)
            }
            for operand in operands where !operand.isParenthesized {
                if case .conditional = operand.kind {
                    lint("in binds loosest of all: the conditional beside it is grouped first", group: operand.span)
                }
            }
            if links.count > 1 { lint("x in y in z is (x in y) in z", group: first.span.union(links[0].operand.span)) }
        case .and, .or:
            if Set(links.map(\.symbol)).count > 1 {
                lint(
                    "and and or have one precedence and group from the left",
                    group: first.span.union(links[0].operand.span))
            }
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
            lintNot(first, links[0].symbol)
            if links.count > 1 {
                lint(
                    "comparisons do not chain: the first result is compared with the next operand",
                    group: first.span.union(links[0].operand.span))
            }
        case .modulo:
            lintNot(first, .modulo)
            for operand in operands where isChain(operand, of: [.times, .divide, .floorDivide]) {
                lint("% binds looser than *, / and //", group: operand.span)
            }
        case .power:
            lintNot(first, .power)
            if hasPrefix(first, .minus) { lint("prefix - binds tighter than ^: this is (-x)^y", group: first.span) }
            if links.count > 1 {
                lint("^ groups from the left: (x^y)^z", group: first.span.union(links[0].operand.span))
            }
        case .times, .divide, .floorDivide, .plus, .minus: lintNot(first, links[0].symbol)
        }
    }

    private mutating func lintNot(_ first: Expression, _ symbol: BinaryOperator) {
        guard hasPrefix(first, .not) else { return }
        lint("not binds tighter than \(symbol.rawValue): this is (not x) \(symbol.rawValue) y", group: first.span)
    }

    mutating func lintConditional(_ expression: Expression) {
        guard case .conditional(let first, let branches) = expression.kind, branches.count > 1 else { return }
        lint(
            "conditionals group from the left: (a if b else c) if d else e",
            group: first.span.union(branches[0].otherwise.span))
    }
}
