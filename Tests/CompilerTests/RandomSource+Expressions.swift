/// Expressions of each kind, out of smaller ones of any kind.
extension RandomSource {
    mutating func expression(_ kind: Kind, _ depth: Int) -> String {
        if depth == 0 || random.integer(below: 5) == 0, let known = names[kind], !known.isEmpty {
            // Long programs mostly go on with what they have just made.
            return random.pick(lines.count > 9 ? Array(known.suffix(3)) : known)
        }
        let d = max(depth - 1, 0)
        if depth > 0, random.integer(below: 5) == 0 {
            return "(\(expression(kind, d)) if \(expression(.truth, d)) else \(expression(kind, d)))"
        }
        switch kind {
        case .number: return number(depth, d)
        case .share: return share(depth, d)
        case .truth: return truth(d)
        case .word: return word(depth, d)
        }
    }

    private mutating func number(_ depth: Int, _ d: Int) -> String {
        guard depth > 0 else { return random.pick(["indices", isNumeric ? "tokens_int" : "indices"]) }
        switch random.integer(below: 17) {
        case 15: return "[[0, 3], [1, 2, 5], [4]][min(2, max(0, \(expression(.number, d)))), indices * 0]"
        case 16: return "round(\(expression(.share, d)) // \(random.pick(["0.1", "0.25", "0.3"])))"
        case 12: return "pick(\(selector(d)), \(expression(.number, d)), -1, \(occurrence()))"
        case 13: return "(\(expression(.number, d)) // \(random.pick(["2", "3"])))"
        case 14: return "sort(\(expression(.number, 0)), \(expression(.number, 0)))"
        case 0, 1: return "selector_width(\(selector(d)))"
        case 9: return widths()
        case 10: return "\(dictionary(["0", "1", "2", "-1", "3"]))[\(isNumeric ? "tokens_str" : "tokens")]"
        case 11: return "\(fractions(["0", "1", "2", "5"]))"
        case 2:
            return
                "(\(expression(.number, d)) \(random.pick(["+", "-", "*", "%"])) \(random.pick(["2", "3", expression(.number, d)])))"
        case 3: return "indicator(\(expression(.truth, d)))"
        case 4: return "round(\(expression(.share, d)))"
        case 5 where !causal: return random.pick(["length", "(length - 1 - indices)", "count(tokens, \(token()))"])
        case 6:
            return
                "{\(vocabulary.enumerated().map { "\"\($1)\": \($0 * 3 % 5)" }.joined(separator: ", "))}[\(isNumeric ? "tokens_str" : "tokens")]"
        case 7: return "selector_width(select(tokens, \(token()), ==) and select(indices, indices, <=))"
        default: return random.pick(["indices", isNumeric ? "tokens_int" : "indices"])
        }
    }

    private mutating func share(_ depth: Int, _ d: Int) -> String {
        let past = "select(indices, indices, \(random.pick(["<=", "<=", "<"])))"
        guard depth > 0 else { return "aggregate(\(past), indicator(tokens == \(token())))" }
        switch random.integer(below: 15) {
        case 12: return "\(fractions(["0.5", "0.25", "1", "0.1", "-0.5"]))"
        case 13: return "aggregate(\(selector(d)), \(amounts()))"
        case 14: return "aggregate(\(past), \(amounts()))"
        case 0: return "(\(expression(.share, d)) + \(expression(.share, d)))"
        case 1, 2: return "(\(expression(.share, d)) - \(expression(.share, d)))"
        case 3: return "(\(expression(.share, d)) * \(random.pick([expression(.share, d), "100", "5e-1", "3"])))"
        case 4: return "((\(expression(.share, d)) + \(expression(.share, d))) / 2)"
        case 5: return "(1 - \(expression(.share, d)))"
        case 6: return "aggregate(\(selector(d)), \(expression(.share, d)))"
        case 7: return "aggregate(\(selector(d)), \(expression(.number, d)))"
        case 8:
            let (a, b) = (expression(.share, d), expression(.share, d))
            return "(\(a) if \(a) \(random.pick([">", "<"])) \(b) else \(b))"
        case 9:
            let divisor = expression(.share, d)
            return "(\(expression(.share, d)) / \(divisor) if \(divisor) > 0 else 0)"
        default: return "aggregate(\(past), indicator(\(expression(.truth, d))))"
        }
    }

    private mutating func truth(_ d: Int) -> String {
        let order = random.pick(["<", ">", "<=", ">=", "=="])
        switch random.integer(below: 11) {
        case 9: return "(\(widths()) \(order) \(widths()))"
        case 10: return "\(fractions(["True", "False"]))"
        case 0: return "(tokens == \(token()))"
        case 1, 2: return "(\(expression(.share, d)) \(order) \(random.pick(["0.5", "0", "1", "2e-1", "0.8", "0.3"])))"
        case 3: return "(\(expression(.share, d)) \(order) \(expression(.share, d)))"
        case 4: return "(\(expression(.number, d)) \(order) \(random.pick(["0", "1", "2", expression(.number, d)])))"
        case 5: return "(\(expression(.truth, d)) \(random.pick(["and", "or"])) \(expression(.truth, d)))"
        case 6: return "(not \(expression(.truth, d)))"
        case 7: return "(\(expression(.word, d)) in [\(token()), \"p\"])"
        default: return "(\(expression(.share, d)) in [0, 0.5, 1, 0.2])"
        }
    }

    private mutating func word(_ depth: Int, _ d: Int) -> String {
        let plain = isNumeric ? "tokens_str" : "tokens"
        guard depth > 0 else { return plain }
        switch random.integer(below: 12) {
        case 8: return "pick(\(selector(d)), \(expression(.word, d)), \"-\", \(occurrence()))"
        case 9: return "{\"p\": [\"q\", \"r\"], \"-\": [\"r\", \"s\"]}[(\"p\" if \(truth(d)) else \"-\"), indices % 2]"
        case 10 where depth > 1:
            let gap = "(\(plain) if \(truth(d)) else None)"
            return "(\(gap) if defined(\(gap)) else \"-\")"
        case 0: return "(\"p\" if \(expression(.truth, d)) else \"q\")"
        case 1: return "(\"more\" if \(expression(.share, d)) > \(expression(.share, d)) else \(plain))"
        case 2:
            return
                "aggregate(select(indices, indices - \(random.integer(in: 1...2)), ==), \(expression(.word, d)), \"-\")"
        case 3: return "({0: \"none\", 0.5: \"half\", 1: \"all\"}[indicator(\(truth(d))) / \(random.pick(["1", "2"]))])"
        case 6: return fractions(["\"none\"", "\"some\"", "\"half\"", "\"all\"", "\"p\""])
        case 7: return dictionary(["\"p\"", "\"q\"", "\"noun\"", "\"verb\""]) + "[\(plain)]"
        case 4 where !causal: return "aggregate(select(indices, length - 1 - indices, ==), \(expression(.word, d)))"
        case 5: return "(\(plain) + \(expression(.word, d)))"
        default: return plain
        }
    }
}
