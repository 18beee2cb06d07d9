/// What expressions are made of: selectors, dictionaries, counts, tokens.
extension RandomSource {
    mutating func selector(_ depth: Int) -> String {
        let d = max(depth - 1, 0)
        if depth > 0, random.integer(below: 3) == 0 {
            switch random.integer(below: 3) {
            case 0: return "(\(selector(d)) and \(selector(d)))"
            case 1: return "(\(selector(d)) or \(selector(d)))"
            default: return "(not \(selector(d)))"
            }
        }
        switch random.integer(below: 8) {
        case 0, 1: return "select(indices, indices, \(random.pick(["<=", "<", "<=", "=="])))"
        case 2: return "select(tokens, tokens, \(random.pick(["==", "!="])))"
        case 3: return "select(tokens, \(token()), ==)"
        case 4: return "select(\(expression(.number, d)), \(expression(.number, d)), \(random.pick(["==", "<", ">="])))"
        case 5: return "select(\(expression(.share, d)), \(expression(.share, d)), \(random.pick(["<", ">=", "=="])))"
        case 6: return selectors.isEmpty ? "select(indices, indices, <=)" : random.pick(selectors)
        default: return "full_s"
        }
    }

    /// A dictionary over the vocabulary.
    mutating func dictionary(_ values: [String]) -> String {
        "{" + vocabulary.map { "\"\($0)\": \(random.pick(values))" }.joined(separator: ", ") + "}"
    }

    /// A dictionary that is read by fractions: of a count by something fixed, of a rounded share, or of an average as
    /// it is, where inputs are short enough to list what that can be.
    mutating func fractions(_ values: [String]) -> String {
        var keys = ["0", "0.25", "0.5", "0.75", "1"]
        let past = "select(indices, indices, \(random.pick(["<=", "<="])))"
        var read = "round(aggregate(\(past), indicator(tokens == \(token()))) * 4) / 4"
        switch random.integer(below: 4) {
        case 0 where maxLength <= 5:
            var shares: Set<Double> = []
            for length in 1...maxLength { for count in 0...length { shares.insert(Double(count) / Double(length)) } }
            keys = shares.sorted().map { "\($0)" }
            read = "aggregate(\(past), indicator(tokens == \(token())))"
        case 1:
            keys = ["-1.0", "-0.5", "0.0", "0.5", "1.0"]
            read = "(indicator(tokens == \(token())) - indicator(tokens == \(token()))) / \(random.pick(["1", "2"]))"
        case 2 where maxLength <= 8:
            keys = (0...maxLength).map { "\(Double($0) / 2)" }
            read = "selector_width(\(selector(1))) / 2"
        default: break
        }
        return "({" + keys.map { "\($0): \(random.pick(values))" }.joined(separator: ", ") + "}[\(read)])"
    }

    /// Amounts as one finds them in tables: prices, balances, temperatures.
    mutating func amounts() -> String {
        let tables = [
            ["1", "2.5", "0.75", "10"], ["0.1", "0.2", "0.3", "0.7"], ["12.5", "-3.25", "0", "99.99"],
            ["1000", "-1000", "1", "0"], ["0.1", "1000.1", "-1000.2", "5"],
        ]
        return dictionary(random.pick(tables)) + "[\(isNumeric ? "tokens_str" : "tokens")]"
    }

    /// Several counts put together.
    mutating func widths() -> String {
        let past = random.pick(["select(indices, indices, <=)", "full_s"])
        let counts = (0..<random.integer(in: 2...3)).map { _ in
            "selector_width(select(tokens, \(token()), ==) and \(past))"
        }
        return "(" + counts.joined(separator: random.pick([" + ", " - ", " + "])) + ")"
    }

    mutating func occurrence() -> String { random.pick(["first", "last", "closest"]) }
    mutating func token() -> String { "\"\(random.pick(vocabulary))\"" }
}
