extension Settings {
    /// Where the program's steps are placed in the student, and how the placement is enforced.
    public struct Circuit: Sendable, Equatable {
        public enum Placement: String, Sendable, CaseIterable {
            /// Over the first 5/6 of the layers.
            case spread
            /// In the first layers that hold it.
            case compact
        }

        public var examples = 0
        public var edges = 0.5
        /// Shares of the steps.
        public var start = 0.0
        public var rise = 0.0
        public var placement = Placement.spread
        /// 0: as the placement has it.
        public var layers = 0
        public var heads = 2
        public var mlps = 1
        public var backups = 0
        public var decoys = 0
        /// Names of components, separated by commas.
        public var avoid: String?
        /// A finished run whose circuit stays.
        public var beside: String?

        /// How much of what is outside the circuit may be replaced, from 0 to 1, once the share `done` of the steps has
        /// been taken.
        ///
        /// - Returns: nil where nothing is replaced yet.
        package func extent(after done: Double) -> Double? {
            guard done >= start else { return nil }
            return rise > 0 ? min((done - start) / rise, 1) : 1
        }
    }

    static let circuitKeys: [SettingKey<Settings>] = [
        .init(
            "circuit.examples", .integer(\.circuit.examples, 0...65_536),
            "Task examples a step in which components are made to give out what they give out for another prompt, so that\n"
                + "each step of the program has heads and MLPs of its own; 0: no circuit (method tracr; not with data.file)."
        ),
        .init(
            "circuit.edges", .real(\.circuit.edges, .unit),
            "Share of the steps that replace single edges instead of whole components."),
        .init(
            "circuit.start", .real(\.circuit.start, .unit),
            "Share of the steps before anything is replaced: the mechanism first, wherever it forms."),
        .init(
            "circuit.rise", .real(\.circuit.rise, .unit),
            "Share of the steps, from then on, over which what may be replaced outside the circuit grows to all of it."),
        .choice(
            "circuit.placement", \.circuit.placement,
            "spread: the program's layers over the first 5/6 of the student's; compact: in its first layers."),
        .init(
            "circuit.layers", .integer(\.circuit.layers, 0...65_536),
            "The student's layers, from its first on, that the program's are spread over; 0: as circuit.placement says."
        ),
        .init(
            "circuit.heads", .integer(\.circuit.heads, 1...64),
            "Student heads for each head of the compiled program."),
        .init(
            "circuit.mlps", .integer(\.circuit.mlps, 1...64),
            "Student MLPs for each MLP of the compiled program, one behind another; fewer for the smallest tables where the\n"
                + "student has too few layers."),
        .init(
            "circuit.backups", .integer(\.circuit.backups, 0...64),
            "Further sets of heads for each head of the program, any one of which does its work when the others are replaced."
        ),
        .init(
            "circuit.decoys", .integer(\.circuit.decoys, 0...4_096),
            "Heads outside the circuit that give out a variable of the program, which nothing reads."),
        .init(
            "circuit.avoid", .optionalText(\.circuit.avoid),
            "Components of the student that no step gets, such as \"a3.h0,m5\"; null: none."),
        .init(
            "circuit.beside", .optionalText(\.circuit.beside),
            "A finished run with a circuit of which the student is: its components are avoided, and the student keeps to it\n"
                + "on prompts of its task. Null: the student has no other circuit."),
    ]
}
