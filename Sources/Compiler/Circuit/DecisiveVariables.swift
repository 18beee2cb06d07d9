import RASP

extension CompiledModel {
    /// The variables that by themselves make the difference between two inputs: after each of them alone takes the
    /// source's values, the output at the last position is the source's.
    ///
    /// - Parameters:
    ///   - pair: two inputs of one length.
    ///   - candidates: which variables are tried.
    /// - Returns: nothing where both inputs have the same output at the last position.
    /// - Throws: `Failure` for an input that the model cannot read.
    public func decisiveVariables(
        _ pair: CircuitPair, among candidates: [CompiledVariable]
    ) throws -> [CompiledVariable] {
        let source = try residualStates(pair.source)
        let (own, other) = (try run(pair.base).last ?? nil, outputs(of: source).last ?? nil)
        guard own != other else { return [] }
        return try candidates.filter { variable in
            let output = try run(pair.base, interchanging: variable, with: source, state: variable.writtenByLayer)
            return (output.last ?? nil) == other
        }
    }
}

extension CompiledCircuit {
    /// The named variables that components of the circuit compute, what the input gives left out.
    public var computedVariables: [CompiledVariable] {
        let nodes = Set(nodes)
        return model.variables.filter { variable in
            !variable.isScratch && writer(of: variable).map { $0 != .input && nodes.contains($0) } ?? false
        }
    }
}
