import RASP

extension Lowering {
    /// An elementwise function composed with the tables of its inputs.
    ///
    /// Inputs that are themselves maps dissolve into the result as long as the joint domain stays small; beyond that
    /// they become variables of their own, which costs a layer.
    mutating func compose(_ function: ElementwiseFunction, _ inputs: [SOp], _ sop: SOp) throws -> ValueTable {
        for input in inputs where openMeans[input] != nil { throw unlistedValues(input, usedAt: sop.span) }
        var limit = setting.limits.fusedDomain
        while true {
            let operands = inputs.map { tables[$0, default: .constant(nil)] }
            do {
                let table = try evaluate(function, operands, limit: limit, sop)
                // A map that fuses badly is better off in steps.
                let compound = inputs.filter { tables[$0, default: .constant(nil)].axes.count > 1 }
                if compound.isEmpty || !isCostly(table) { return table }
                for input in compound { _ = try materialise(input, named: nil, encoding: input.encoding) }
            } catch let error as DomainTooLarge {
                let compound = inputs.filter { tables[$0, default: .constant(nil)].axes.count > 1 }
                for input in compound { _ = try materialise(input, named: nil, encoding: input.encoding) }
                guard compound.isEmpty else { continue }
                guard limit < setting.limits.domain else { throw tooLarge(error, function, inputs, sop) }
                limit = setting.limits.domain
            }
        }
    }

    private func evaluate(
        _ function: ElementwiseFunction, _ operands: [ValueTable], limit: Int, _ sop: SOp
    ) throws -> ValueTable {
        var failure: ValueError?
        let table = try tabulate(operands, limit: limit) { arguments in
            var atoms: [Atom] = []
            for (operand, argument) in zip(operands, arguments) {
                guard let atom = operand.values[argument] else { return nil }
                atoms.append(atom)
            }
            do { return try function.apply(atoms) } catch let error as ValueError {
                // Inferred sets may hold combinations that no input reaches; where one does, the interpreter stops
                // with an error and the compiled value is undefined.
                if failure == nil { failure = error }
                return nil
            }
        }
        if let failure, table.values == [nil] {
            throw RASPError(failure.code, "'\(function.name)' fails for every value it can meet: \(failure.reason)", at: sop.span)
        }
        return table
    }

    private func isCostly(_ table: ValueTable) -> Bool {
        guard table.function.outputs.count > setting.limits.fusedUnits, table.axes.count > 1 else { return false }
        return LookupPlan.caseCount(table) > setting.limits.fusedUnits && !LookupPlan.isAdditive(table, variables)
    }

    private func tooLarge(
        _ error: DomainTooLarge, _ function: ElementwiseFunction, _ inputs: [SOp], _ sop: SOp
    ) -> RASPError {
        let sizes = error.sizes.map(String.init).joined(separator: " x ")
        return RASPError(
            .limit, "'\(function.name)' would need a table of \(sizes) value combinations; the budget is \(setting.limits.domain)",
            at: sop.span,
            notes: ["map the inputs to fewer values first, or lower the maximum length (\(setting.maxLength) now)"])
    }

    func unlistedValues(_ input: SOp, usedAt span: SourceSpan?) -> RASPError {
        RASPError(
            .limit, "this mean can take more than \(setting.limits.reachableValues) different values over inputs of length "
                + "\(setting.maxLength), and a function of it has to tell them apart", at: span ?? input.span,
            notes: ["average fewer distinct numbers (0 and 1 at best), or lower the maximum length"])
    }
}
