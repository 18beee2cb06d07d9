import RASP

extension Lowering {
    /// An elementwise function composed with the tables of its inputs.
    ///
    /// Inputs that are themselves maps of several variables dissolve into the result, or become variables of their own,
    /// which costs a layer: as the fusion says, and always where the joint domain is too large.
    mutating func compose(_ function: ElementwiseFunction, _ inputs: [SOp], _ sop: SOp) throws -> ValueTable {
        for input in inputs where openMeans[input] != nil { throw unlistedValues(input, usedAt: sop.span) }
        let compound = inputs.filter { table(of: $0).axes.count > 1 }
        if compound.isEmpty { return try inSteps(function, inputs, sop) }
        guard let fused = try evaluate(function, inputs, limit: setting.limits.fusedDomain, sop) else {
            if let branch = try branchOverSums(function, inputs, sop) { return branch }
            if fusion.decidesEachInput, let earliest = try earliest(function, inputs, compound, sop) { return earliest }
            var separate = self
            do {
                for input in compound { _ = try separate.materialise(input, named: nil, encoding: input.encoding) }
                let stepwise = try separate.inSteps(function, inputs, sop)
                self = separate
                return stepwise
            } catch let refusal as RASPError {
                // A map that is too large step by step may fit as a whole.
                guard let whole = try evaluate(function, inputs, limit: setting.limits.domain, sop) else {
                    throw refusal
                }
                return whole
            }
        }
        if fused.axes.count <= 1 { return fused }
        if fused.values.count > setting.limits.directions, let branch = try branchOverSums(function, inputs, sop) {
            return branch
        }
        if fusion.decidesEachInput, let earliest = try earliest(function, inputs, compound, sop) { return earliest }
        let direct = lookupPlan(fused, isScalar: false)
        if direct.isPossible, fusion.fuses(units: direct.unitCount) { return fused }
        let plan = direct.isPossible ? direct : estimate(fused)
        var separate = self
        var cost = 0
        let stepwise: ValueTable
        do {
            for input in compound {
                let first = separate.variables.endIndex
                _ = try separate.materialise(input, named: nil, encoding: input.encoding)
                cost += separate.cost(from: first)
            }
            stepwise = try separate.inSteps(function, inputs, sop)
        } catch is RASPError { return fused }
        if plan.nonzeros <= cost + separate.estimate(stepwise).nonzeros { return fused }
        self = separate
        return stepwise
    }

    /// A function that chooses between sums of scalars, as `a - b if c else b - a` does: the choices become one-hots
    /// and the sums stay what they are computed from. Their own values may be far too many to list.
    private mutating func branchOverSums(
        _ function: ElementwiseFunction, _ inputs: [SOp], _ sop: SOp
    ) throws -> ValueTable? {
        let isSum = inputs.map { input in
            let table = table(of: input)
            return table.axes.count > 1 && table.axes.allSatisfy { !variables[$0.variable].isOneHot }
                && LookupPlan.linear(table, variables) != nil
        }
        guard isSum.contains(true) else { return nil }
        var trial = self
        for (input, isSum) in zip(inputs, isSum) where !isSum {
            let table = table(of: input)
            guard !table.axes.isEmpty, table.values.count <= 16,
                (try? trial.materialise(input, named: nil, encoding: .categorical)) != nil
            else { continue }
        }
        guard let table = try trial.evaluate(function, inputs, limit: setting.limits.domain, sop),
            LookupPlan.gated(table, trial.variables) != nil
        else { return nil }
        self = trial
        return table
    }

    /// The non-zeros of the variables added since there were `count`, about.
    func cost(from first: VariableNumber) -> Int {
        variables[first...].reduce(0) { sum, variable in
            guard case .table(let table) = variable.origin, variable.time > 0 else { return sum }
            return sum + lookupPlan(table, isScalar: !variable.isOneHot).nonzeros
        }
    }

    /// How an MLP would compute a table.
    func lookupPlan(_ table: ValueTable, isScalar: Bool) -> LookupPlan {
        LookupPlan(table, variables, isScalar: isScalar, trees: tabulations.trees)
    }

    /// What a table would cost, several scalars made one-hot first.
    func estimate(_ table: ValueTable) -> LookupPlan {
        let plan = lookupPlan(table, isScalar: false)
        if plan.isPossible { return plan }
        var (table, variables) = (table, variables)
        for axis in table.axes where !variables[axis.variable].isOneHot {
            let copy = variables.append(
                CompilerVariable(
                    origin: .tokens, representation: .oneHot, values: (0..<axis.classCount).map { .int($0) }, time: 0))
            table = table.replacing(axis.variable, by: copy, classOf: Array(0..<axis.classCount))
        }
        return LookupPlan(table, variables, isScalar: false, trees: tabulations.trees)
    }

    /// The table over the inputs' tables as they are; the last resort where it is still too large is to refuse.
    private mutating func inSteps(_ function: ElementwiseFunction, _ inputs: [SOp], _ sop: SOp) throws -> ValueTable {
        do {
            return try tabulated(function, inputs, limit: setting.limits.domain, sop)
        } catch let error as DomainTooLarge { throw tooLarge(error, function, inputs, sop) }
    }

    /// nil beyond the limit.
    func evaluate(_ function: ElementwiseFunction, _ inputs: [SOp], limit: Int, _ sop: SOp) throws -> ValueTable? {
        do { return try tabulated(function, inputs, limit: limit, sop) } catch is DomainTooLarge { return nil }
    }

    private func tabulated(
        _ function: ElementwiseFunction, _ inputs: [SOp], limit: Int, _ sop: SOp
    ) throws -> ValueTable {
        let operands = inputs.map(table(of:))
        // Attempts that differ in their fusion mostly ask for the same tables.
        let key = Tabulations.Key(sop: sop, operands: operands)
        if let known = tabulations.known[key], known.function.outputs.count <= limit { return known }
        // In a variable of its own: the closure would copy all of `self` to reach it, for every entry.
        let spellings = spellings
        var failure: (error: ValueError, operands: [Atom])?
        var atoms = [Atom](repeating: .bool(false), count: operands.count)
        let choices = spellings.isEmpty ? [] : operands.map { $0.values.map(spellings.choices) }
        var remaining = Spellings.mostTried
        let isAmbiguous = choices.map { $0.map { $0.count > 1 } }
        let table = try tabulate(operands, limit: limit) { arguments in
            var isDefined = true
            for (index, argument) in arguments.enumerated() {
                let atom = operands[index].values[argument]
                if atom == nil { isDefined = false }
                atoms[index] = atom ?? Self.undefinedOperand
            }
            guard isDefined || function.acceptsUndefined else { return nil }
            do {
                let value = try Self.value(of: function, atoms)
                guard zip(isAmbiguous, arguments).contains(where: { $0[$1] }) else { return Self.defined(value) }
                let possible = zip(choices, arguments).map { $0[$1].isEmpty ? [Self.undefinedOperand] : $0[$1] }
                return Self.defined(
                    try spellings.agreed(
                        function.name, atoms, possible, value, remaining: &remaining, at: sop.span
                    ) { try Self.value(of: function, $0) })
            } catch let error as ValueError {
                // Inferred sets may hold combinations that no input reaches; where one does, the interpreter stops
                // with an error and the compiled value is undefined.
                if failure == nil { failure = (error, atoms) }
                return nil
            }
        }
        if let failure, table.values == [nil] {
            throw RASPError(
                failure.error.code,
                "'\(function.name)' fails for every value it can meet: \(failure.error.reason)", at: sop.span,
                notes: function.hint(failure.operands).map { [$0] } ?? [])
        }
        tabulations.known[key] = table
        return table
    }

    /// Stands for an undefined operand or result where only atoms do; no program has it.
    private static let undefinedOperand = Atom.tuple([.string("undefined operand")])

    private static func defined(_ value: Atom) -> Atom? { value == undefinedOperand ? nil : value }

    private static func value(of function: ElementwiseFunction, _ atoms: [Atom]) throws -> Atom {
        guard function.acceptsUndefined else { return try function.apply(atoms) ?? undefinedOperand }
        return try function.applyToUndefined(atoms.map(defined)) ?? undefinedOperand
    }

    private func tooLarge(
        _ error: DomainTooLarge, _ function: ElementwiseFunction, _ inputs: [SOp], _ sop: SOp
    ) -> RASPError {
        let sizes = error.sizes.map(String.init).joined(separator: " x ")
        return RASPError(
            .limit,
            "'\(function.name)' would need a table of \(sizes) value combinations; the budget is \(setting.limits.domain)",
            at: sop.span,
            notes: ["map the inputs to fewer values first, or lower the maximum length (\(setting.maxLength) now)"]
                + pickHint(inputs.map(table(of:))))
    }

    func unlistedValues(_ input: SOp, usedAt span: SourceSpan?) -> RASPError {
        RASPError(
            .limit,
            "this mean can take more than \(setting.limits.reachableValues) different values over inputs of length "
                + "\(setting.maxLength), and a function of it has to tell them apart", at: span ?? input.span,
            notes: ["average fewer distinct numbers (0 and 1 at best), or lower the maximum length"])
    }
}
