import RASP

extension CRASPProgram {
    /// The same program as a graph of RASP's s-ops, for pictures and for comparison: a count is the width of a selector, and
    /// no next token is the empty string.
    ///
    /// It is not what is compiled, since RASP's weights hold a count by its value.
    public var raspGraph: Program {
        var sops: [SOp] = []
        for operation in operations { sops.append(Self.sop(operation, sops)) }
        return Program(
            name: name, output: sops[output], outputName: outputName,
            variables: definitions.map { ($0.name, sops[$0.operation]) }, vocabulary: vocabulary,
            maxLength: maxLength, causal: true)
    }

    private static func sop(_ operation: Operation, _ sops: [SOp]) -> SOp {
        switch operation {
        case .token(let token): SOp(.tokens(.string)) .== token
        case .constant(let value): constant(.bool(value))
        case .periodic(let modulus, let residue): indices % modulus .== residue
        case .not(let a): !sops[a]
        case .and(let a, let b): sops[a] && sops[b]
        case .or(let a, let b): sops[a] || sops[b]
        case .compare(let a, let comparison, let b): SOp(.elementwise(.compare(comparison), [sops[a], sops[b]]))
        case .count(let a, let window): selectorWidth(select(sops[a], true, .equal) && selector(window))
        case .number(let value): constant(.int(value))
        case .add(let a, let b): sops[a] + sops[b]
        case .subtract(let a, let b): sops[a] - sops[b]
        case .scale(let factor, let a): factor * sops[a]
        case .minimum(let a, let b): choose(sops[a] .<= sops[b], sops[a], else: sops[b])
        case .maximum(let a, let b): choose(sops[a] .>= sops[b], sops[a], else: sops[b])
        case .choose(let condition, let a, let b): choose(sops[condition], sops[a], else: sops[b])
        case .next(let tokens):
            tokens.reversed().reduce(constant("")) { otherwise, next in
                choose(sops[next.holds], next.token, else: otherwise)
            }
        }
    }

    private static func selector(_ window: Window) -> Selector {
        if let farthest = window.farthest, farthest == window.nearest {
            return select(indices, indices - farthest, .equal)
        }
        let before = select(indices, window.nearest == 0 ? indices : indices - window.nearest, .lessOrEqual)
        return window.farthest.map { before && select(indices, indices - $0, .greaterOrEqual) } ?? before
    }
}
