import Basics
import RASP

extension Lowering {
    /// The same table, read from variables whose values it can tell apart.
    ///
    /// Numbers such as 0.4 - 0.2 and 0.2 are different doubles to the interpreter, and one scalar to the weights. Where
    /// a table depends on which of them it is, it reads what the scalar was computed from instead.
    mutating func resolvable(_ table: ValueTable, _ encoding: Encoding, _ span: SourceSpan?) throws -> ValueTable {
        var table = table
        // A number that follows its scalars along lines is computed without steps, and need not tell them apart.
        if encoding == .numerical, lookupPlan(table, isScalar: true).isContinuous { return table }
        while let axis = table.axes.first(where: {
            !variables[$0.variable].isOneHot && !variables[$0.variable].resolves($0)
        }) {
            guard case .table(let source) = variables[axis.variable].origin else { throw unresolved(axis, span) }
            table = try expanded(table, axis, by: source, span)
        }
        return table
    }

    /// One axis replaced by those that its variable is a function of.
    private func expanded(_ table: ValueTable, _ axis: Axis, by source: ValueTable, _ span: SourceSpan?) throws
        -> ValueTable
    {
        let inputs = table.axes.map { own in
            own.variable == axis.variable
                ? FiniteFunction(axes: source.axes, outputs: source.function.outputs.map { axis.classOf[$0] })
                : FiniteFunction(
                    axes: [Axis(variable: own.variable, classOf: own.classOf, classCount: own.classCount)],
                    outputs: Array(0..<own.classCount))
        }
        do {
            let function = try FiniteFunction.combine(inputs, limit: setting.limits.domain) { digits in
                table.function.outputs[zip(digits, table.axes).reduce(0) { $0 * $1.1.classCount + $1.0 }]
            }
            return ValueTable(function: function, values: table.values)
        } catch let error as DomainTooLarge {
            let sizes = error.sizes.map(String.init).joined(separator: " x ")
            throw RASPError(
                .limit,
                "this tells numbers apart that differ by rounding only, which takes a table of \(sizes) value combinations; the budget is "
                    + "\(setting.limits.domain)", at: span,
                notes: ["compare with a margin, or lower the maximum length (\(setting.maxLength) now)"])
        }
    }

    private func unresolved(_ axis: Axis, _ span: SourceSpan?) -> RASPError {
        let variable = variables[axis.variable]
        let order = variable.scalarOrder
        let pair = zip(order, order.dropFirst()).first { low, high in
            axis.classOf[low] != axis.classOf[high]
                && variable.scalars[high] - variable.scalars[low] <= Resolution.scalar
                    * max(variable.magnitude, abs(variable.scalars[high]))
        }
        let values =
            pair.map {
                " such as \(Atom.text(of: variable.scalars[$0.0])) and \(Atom.text(of: variable.scalars[$0.1]))"
            } ?? ""
        return RASPError(
            .limit, "this tells means apart that are closer than fp32 weights resolve,\(values)",
            at: span ?? variable.span,
            notes: [
                "average fewer distinct numbers, compare with a margin, or lower the maximum length (\(setting.maxLength) now)"
            ])
    }

    /// Numbers that one direction is to hold have to keep their precision in fp32.
    func checkMagnitudes(_ numbers: [Double], _ span: SourceSpan?) throws {
        guard let number = numbers.first(where: { !Resolution.holds($0) }) else { return }
        throw RASPError(
            .limit, "\(Atom.text(of: number)) is outside what a number in fp32 weights can be (1e-30 to 1e+30)",
            at: span,
            notes: ["scale the numbers first"])
    }

    /// Numbers of both signs that are averaged may cancel. What then is left has to be more than what doubles lose of the
    /// largest, or the mean would depend on the order of summation, in the interpreter as well.
    func checkCancellation(_ numbers: [Double], _ span: SourceSpan?) throws {
        guard let least = numbers.min(), let most = numbers.max(), least < 0, most > 0,
            let smallest = numbers.lazy.filter({ $0 != 0 }).map(abs).min()
        else { return }
        let total = max(-least, most) * Double(setting.maxLength)
        guard total >= 0x1p53 * smallest else { return }
        throw RASPError(
            .limit,
            "numbers from \(Atom.text(of: least)) to \(Atom.text(of: most)) are averaged here, and \(Atom.text(of: smallest)) is lost where they cancel",
            at: span, notes: ["scale the numbers so that they are of like size"])
    }
}

extension CompilerVariable {
    /// Checks what every later pass relies on.
    package func checkInvariants(among others: PerVariable<CompilerVariable>) throws {
        func require(_ holds: Bool, _ what: String) throws {
            if !holds { throw Failure(.internalError, "the compiler broke a rule of its own: \(what)") }
        }
        try require(isOneHot || isOpen || scalars.count == values.count, "a scalar for each value")
        try require(
            inputs.allSatisfy { others.indices.contains($0) && others[$0].time <= time },
            "variables before what is computed from them")
        guard let table = origin.table else { return }
        try require(table.isConsistent(with: others), "a table over the values of its variables")
        try require(table.function.outputs.allSatisfy(values.indices.contains), "a value for each entry of a table")
    }
}

extension ValueTable {
    /// Whether its axes partition the values of their variables and its entries cover the combinations.
    func isConsistent(with variables: PerVariable<CompilerVariable>) -> Bool {
        axes.allSatisfy { axis in
            variables.indices.contains(axis.variable) && axis.classOf.count == variables[axis.variable].values.count
                && axis.classOf.allSatisfy { $0 >= 0 && $0 < axis.classCount }
        } && axes.reduce(1) { $0 * $1.classCount } == function.outputs.count
    }
}
