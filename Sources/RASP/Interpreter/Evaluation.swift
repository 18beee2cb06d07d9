/// What a program computes on one input.
public struct Evaluation: Sendable {
    /// The values of one variable.
    public struct Variable: Sendable {
        public let name: String
        /// One for each position of the input. nil: undefined at that position.
        public let values: [Atom?]

        public init(name: String, values: [Atom?]) {
            self.name = name
            self.values = values
        }
    }

    public let input: [Atom]
    /// One value for each position of the input.
    public let output: [Atom?]
    /// Named variables in order of assignment.
    public let variables: [Variable]

    public init(input: [Atom], output: [Atom?], variables: [Variable]) {
        self.input = input
        self.output = output
        self.variables = variables
    }

    /// The values of the variable of that name, of the last one where there are several.
    public subscript(name: String) -> [Atom?]? { variables.last { $0.name.utf8.elementsEqual(name.utf8) }?.values }
}
