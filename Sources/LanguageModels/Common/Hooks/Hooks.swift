import TensorCore

/// Where the forward pass hands the residual stream to someone else, as data.
///
/// Site 0 is the output of the embedding, site `i` the stream after layer `i` (counted from 1). What an intervention
/// returns is what the next layer sees.
public struct Sites {
    public typealias Intervention = (Tape, Variable) -> Variable

    public var interventions: [Int: Intervention]

    public init(interventions: [Int: Intervention] = [:]) { self.interventions = interventions }

    public subscript(site: Int) -> Intervention? { interventions[site] }

    /// Behind what acts there already.
    public mutating func add(at site: Int, _ intervention: @escaping Intervention) {
        let before = interventions[site]
        interventions[site] = { tape, hidden in intervention(tape, before?(tape, hidden) ?? hidden) }
    }
}

/// What a forward pass leaves behind.
public struct Activations {
    /// The residual stream at each site reached, [N, D], *before* the intervention there: `layers + 1` states, or fewer
    /// when the pass was stopped early, or none when they were not to be kept.
    public let residual: [Variable]
    let normalized: Variable?

    /// After the last layer norm, [N, D]. A pass that was stopped early has none, and asking for it is a fault.
    public var final: Variable {
        guard let normalized else { preconditionFailure("the forward pass was stopped before the last layer norm") }
        return normalized
    }
}
