/// What stands beside a run's headlines: exchanges of random subspaces beside those of its variables, and probes of
/// other students beside its own map.
public struct ControlsResult: Sendable {
    /// What exchanges of one subspace did.
    public struct Effect: Sendable {
        /// Where the program's answer changes: those after which the student says what the program does.
        public var changing = Proportion()
        /// Where the program's answer stays: those after which the student's does, too. The rest is damage.
        public var keeping = Proportion()
        /// Values of the other variables, read at the state of the exchange right behind it, that are still there.
        public var others = Proportion()

        init() {}

        init(pooling effects: [Effect]) {
            changing = Proportion(pooling: effects.map(\.changing))
            keeping = Proportion(pooling: effects.map(\.keeping))
            others = Proportion(pooling: effects.map(\.others))
        }
    }

    /// One variable at one layer.
    public struct Exchange: Sendable {
        public var variable: String
        /// The student's residual state, and the compiled one that it carries.
        public var layer: Int
        public var state: Int
        /// Dimensions that were exchanged, of the variable's subspace as of the random one.
        public var dimension: Int
        public var own: Effect
        public var random: Effect
    }

    /// Whose residual stream a map reads.
    public enum Reading: String, Sendable, CaseIterable {
        /// The run's own map, trained with the student.
        case own
        /// The same map fitted anew on the injected student.
        case refitted
        /// ... on the student before the training, and on the baseline's.
        case original, baseline
        /// ... on the injected student, to labels of other tokens.
        case shuffled
    }

    public struct Probes: Sendable {
        public struct Variable: Sendable {
            public var name: String
            /// The values compared.
            public var n: Int
            public var agreement: [Reading: Double]
        }

        public var layer: Int
        /// Test prompts, and the prompts and tokens that maps were fitted to.
        public var prompts, trainingPrompts, trainingTokens: Int
        public var variables: [Variable]

        /// The share of all (token, variable) pairs; nil for a student that was not there.
        public func agreement(_ reading: Reading) -> Double? {
            let shares = variables.compactMap { variable in variable.agreement[reading].map { ($0, variable.n) } }
            let n = shares.reduce(0) { $0 + $1.1 }
            guard !shares.isEmpty, n > 0 else { return nil }
            return shares.reduce(0) { $0 + $1.0 * Double($1.1) } / Double(n)
        }
    }

    /// Width of the student's residual stream.
    public var width: Int
    public var prompts: Int
    /// The variable that holds the program's output.
    public var final: String
    public var exchanges: [Exchange]
    public var probes: Probes

    /// All exchanges of the output variable at the last layer, or of all other variables at every layer.
    public func pooled(output: Bool, _ effect: KeyPath<Exchange, Effect>) -> Effect {
        let own = exchanges.filter { ($0.variable == final) == output }
        return Effect(pooling: (output ? own.suffix(1) : own[...]).map { $0[keyPath: effect] })
    }
}
