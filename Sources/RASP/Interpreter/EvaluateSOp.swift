extension Evaluator {
    mutating func compute(_ sop: SOp, _ inputs: [Int]) throws -> [Atom?] {
        switch sop.operation {
        case .tokens(let conversion):
            return try input.indices.map { position in
                do { return try conversion.convert(input[position]) } catch let error as ValueError {
                    throw positioned(error, position, sop.span)
                }
            }
        case .indices: return input.indices.map { .int($0) }
        case .constant(let atom): return Array(repeating: atom, count: input.count)
        case .elementwise(let function, _):
            return try elementwise(function, inputs.map { sequence($0) }, sop.span)
        case .aggregate(_, _, let defaultValue, let reduction):
            return try aggregate(
                selection(inputs[0]), sequence(inputs[1]), defaultValue: defaultValue, reduction, sop.span)
        case .selectorWidth:
            let matrix = selection(inputs[0])
            return input.indices.map { .int(matrix.width(ofRow: $0)) }
        }
    }

    private mutating func elementwise(
        _ function: ElementwiseFunction, _ arguments: [[Atom?]], _ span: SourceSpan?
    ) throws -> [Atom?] {
        var result: [Atom?] = []
        result.reserveCapacity(input.count)
        var operands: [Atom] = []
        operands.reserveCapacity(arguments.count)
        for position in input.indices {
            operands.removeAll(keepingCapacity: true)
            for argument in arguments {
                guard let atom = argument[position] else { break }
                operands.append(atom)
            }
            // An undefined operand makes the result undefined, unless the function can do without it.
            let isDefined = operands.count == arguments.count
            guard isDefined || function.acceptsUndefined else {
                result.append(nil)
                continue
            }
            do {
                let value =
                    try isDefined
                    ? function.apply(operands) : function.applyToUndefined(arguments.map { $0[position] })
                if case .string(let text)? = value { try charge(text: text.utf8.count, at: span) }
                result.append(value)
            } catch let error as ValueError {
                throw positioned(error, position, span, operands: operands, function: function.name)
            }
        }
        return result
    }

    private func aggregate(
        _ matrix: SelectionMatrix, _ values: [Atom?], defaultValue: Atom?, _ reduction: Reduction, _ span: SourceSpan?
    ) throws -> [Atom?] {
        // Averaging needs the whole sequence numeric, and more than mere booleans, whatever the rows select.
        lazy var offender: Int? = Self.firstUnaveragable(values)
        if case .pick(let occurrence) = reduction {
            return input.indices.map { row in
                matrix.column(ofRow: row, occurrence).map { values[$0] } ?? defaultValue
            }
        }
        var result: [Atom?] = []
        result.reserveCapacity(input.count)
        for row in input.indices {
            let width = matrix.width(ofRow: row)
            var isUndefined = false
            var first: Atom?
            var integerSum = 0
            var floatSum = 0.0
            var largest = 0.0
            var isExact = true
            matrix.forEachColumn(ofRow: row) { column in
                guard let value = values[column] else {
                    isUndefined = true
                    return
                }
                if first == nil { first = value }
                guard width > 1 else { return }
                largest = max(largest, abs(value.doubleValue ?? 0))
                if isExact, let integer = value.integerValue {
                    let (sum, overflow) = integerSum.addingReportingOverflow(integer)
                    if !overflow {
                        integerSum = sum
                        return
                    }
                }
                if isExact {
                    isExact = false
                    floatSum = Double(integerSum)
                }
                floatSum += value.doubleValue ?? .nan
            }
            if width == 0 {
                result.append(defaultValue)
            } else if isUndefined {
                result.append(nil)
            } else if width == 1 {
                result.append(first)
            } else if let position = offender {
                throw unaveragable(values, position, row: row, width: width, span)
            } else if reduction == .sum {
                result.append(isExact ? .int(integerSum) : .float(NearestFraction.of(floatSum, scale: largest)))
            } else if isExact {
                result.append(.float(Double(integerSum) / Double(width)))
            } else {
                result.append(.float(NearestFraction.of(floatSum / Double(width), scale: largest)))
            }
        }
        return result
    }

    private static func firstUnaveragable(_ values: [Atom?]) -> Int? {
        var hasNumber = false
        for (position, value) in values.enumerated() {
            switch value {
            case .int, .float: hasNumber = true
            case .string, .tuple: return position
            case .bool, nil: continue
            }
        }
        if hasNumber { return nil }
        return values.firstIndex { $0 != nil }
    }

    private func unaveragable(
        _ values: [Atom?], _ position: Int, row: Int, width: Int, _ span: SourceSpan?
    ) -> RASPError {
        let value = values[position] ?? .int(0)
        var hint = "select at most one position per row, or aggregate numbers"
        if case .bool = value { hint = "wrap the booleans in indicator(...) to average them" }
        return RASPError(
            .type,
            "aggregate cannot average \(value.kindName)s: row \(row) (token \(input[row].described)) selects \(width)"
                + " positions and the value at position \(position) is \(value.described)",
            at: span, notes: [hint],
            transcript: .host(
                "asked to average multiple values, but they are non-numbers: [\(values.map { ($0 ?? .int(0)).quoted }.joined(separator: ", "))]"
            ))
    }

    func positioned(
        _ error: ValueError, _ position: Int, _ span: SourceSpan?, operands: [Atom]? = nil, function: String? = nil
    ) -> RASPError {
        var message = "\(error.reason), at position \(position) (token \(input[position].described))"
        var notes: [String] = []
        if let operands, let function {
            let list = operands.map { "\($0.kindName) \($0.described)" }.joined(separator: ", ")
            notes.append("operands of \(function): \(list)")
            if let hint = ElementwiseFunction.hint(function, operands) { notes.append(hint) }
        }
        if input.count > 1 {
            notes.append(
                "input: [\(input.prefix(20).map(\.described).joined(separator: ", "))\(input.count > 20 ? ", ..." : "")]"
            )
        }
        if message.unicodeScalars.count > 2000 { message = String(message.prefix(2000)) }
        return RASPError(error.code, message, at: span, notes: notes, transcript: error.transcript)
    }
}

extension ElementwiseFunction {
    /// What helps where it fails on these operands: tokens are strings, and a conditional does not guard a division.
    package func hint(_ operands: [Atom]) -> String? { Self.hint(name, operands) }

    static func hint(_ function: String, _ operands: [Atom]) -> String? {
        if ["/", "//", "%"].contains(function), operands.count == 2, operands[1].doubleValue == 0 {
            return "a conditional on an s-op computes both branches everywhere: guard the divisor itself,"
                + " as in x \(function) (y if y != 0 else 1)"
        }
        let hasNumber = operands.contains(where: \.isNumeric)
        for case .string(let text) in operands where hasNumber && Double(text) != nil {
            return "tokens are strings: tokens_int and tokens_float read them as numbers"
        }
        return nil
    }
}
