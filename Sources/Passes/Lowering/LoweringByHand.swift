import RASP

extension CompilerVariable {
    /// The tokens of the input, one direction each: the first variable of every program.
    package static func tokens(_ vocabulary: [Atom], named name: String = "tokens") -> CompilerVariable {
        CompilerVariable(origin: .tokens, representation: .oneHot, values: vocabulary, time: 0, name: name)
    }

    /// The positions of the input, one direction each: the second variable of every program.
    package static func indices(_ maxLength: Int) -> CompilerVariable {
        CompilerVariable(
            origin: .indices, representation: .oneHot, values: (0..<maxLength).map { .int($0) }, time: 0,
            name: "indices")
    }

    /// A function, position by position, of one-hot variables that come before it, one direction for each of its values.
    /// The embedding writes a function of the token or of the index alone, an MLP any other.
    ///
    /// - Parameters:
    ///   - name: nil for an intermediate result.
    ///   - inputs: the variables that it is a function of, by their places in `variables`.
    ///   - limit: how many combinations of their values may be looked at.
    ///   - function: takes a value of each input, nil where that is undefined.
    /// - Throws: `DomainTooLarge` where there are more combinations than the limit, and what the function throws.
    package static func map(
        named name: String?, of inputs: [VariableNumber], among variables: PerVariable<CompilerVariable>,
        limit: Int = CompilerOptions.Limits().domain, _ function: ([Atom?]) throws -> Atom?
    ) throws -> CompilerVariable {
        precondition(inputs.allSatisfy { variables[$0].isOneHot }, "a map by hand reads one-hot variables")
        let tables = inputs.map { ValueTable.identity($0, values: variables[$0].values) }
        var numbers: [Atom?: Int] = [:]
        var values: [Atom?] = []
        let entries = try FiniteFunction.combine(tables.map(\.function), limit: limit) { arguments in
            let value = try function(zip(inputs, arguments).map { variables[$0].values[$1] })
            if let number = numbers[value] { return number }
            numbers[value] = values.count
            values.append(value)
            return values.count - 1
        }
        let table = ValueTable(function: entries, unsorted: values)
        let latest = table.axes.map { variables[$0.variable].time }.max() ?? 0
        return CompilerVariable(
            origin: .table(table), representation: .oneHot, values: table.values,
            time: table.isWrittenByEmbedding ? 0 : timeOfMLP(after: latest), name: name)
    }

    /// The half-layer of the first MLP that can read what is there at `time`.
    package static func timeOfMLP(after time: Int) -> Int { time + (time % 2 == 0 ? 2 : 1) }
}

extension ValueTable {
    /// Whether the rows of one embedding can hold it: a function of the token or of the index alone, or a constant.
    package var isWrittenByEmbedding: Bool {
        axes.count <= 1 && axes.allSatisfy { $0.variable == .tokens || $0.variable == .indices }
    }
}
