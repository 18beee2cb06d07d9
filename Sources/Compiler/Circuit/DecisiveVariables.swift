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

/// How often each variable has been the one that makes the difference: of several that do the rarest is taken, and none takes
/// the room of a variable that is still to come.
package struct DecisiveQuota {
    private let most: Int
    private var counts: [String: Int] = [:]

    /// - Parameters:
    ///   - total: pairs in all.
    ///   - variables: among how many variables they are divided; the most frequent may have twice its share.
    package init(total: Int, variables: Int) { most = max(1, 2 * total / max(1, variables)) }

    /// The rarest of these variables, the one with the shortest name among equals; nil where it has had its share.
    package func rarest(of variables: [CompiledVariable]) -> String? {
        let name = variables.map(\.name).min {
            (counts[$0] ?? 0, $0.utf8.count) < (counts[$1] ?? 0, $1.utf8.count)
        }
        return name.flatMap { counts[$0, default: 0] < most ? $0 : nil }
    }

    package mutating func count(_ name: String) { counts[name, default: 0] += 1 }
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
