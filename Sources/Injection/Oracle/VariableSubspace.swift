import InjectionSettings

/// Where in the student's residual stream a variable is read: some of the dimensions of the map's basis.
package struct VariableSubspace: Sendable, Equatable {
    /// The variable's rows of the map.
    package var rows: Range<Int>
    /// The rows of the basis that span its subspace.
    package var dimensions: Range<Int>

    package init(rows: Range<Int>, dimensions: Range<Int>) { (self.rows, self.dimensions) = (rows, dimensions) }

    /// The dimensions of all subspaces together.
    static func dimensions(of subspaces: [VariableSubspace]) -> Int { subspaces.last?.dimensions.upperBound ?? 0 }

    /// The share of the student's stream that the variables may have together: what is left belongs to none of them.
    private static let share = 0.75

    /// One subspace for each variable that is aligned.
    ///
    /// A variable of n values takes n - 1 dimensions (differences between its values are all that can be read), but no
    /// more than `most`, nor more than leaves every other variable as many.
    ///
    /// - Parameter width: of the student's residual stream.
    /// - Returns: none where the stream is too narrow to give each variable one dimension.
    package static func divide(_ layout: VariableLayout, width: Int, most: Int) -> [VariableSubspace] {
        let variables = layout.variables
        let wanted = variables.map { min(most, $0.isCategorical ? max(1, $0.rows.count - 1) : $0.rows.count) }
        let room = Int(share * Double(width))
        var limit = wanted.max() ?? 0
        while limit > 1, wanted.reduce(0, { $0 + min($1, limit) }) > room { limit -= 1 }
        guard limit > 0, wanted.reduce(0, { $0 + min($1, limit) }) <= room else { return [] }
        var first = 0
        return zip(variables, wanted).map { variable, wanted in
            defer { first += min(wanted, limit) }
            return VariableSubspace(rows: variable.rows, dimensions: first..<(first + min(wanted, limit)))
        }
    }
}

extension Settings {
    /// The subspaces of a run's linear map; none where it is free, or where nothing is aligned by variable.
    package func subspaces(_ layout: VariableLayout, width: Int) -> [VariableSubspace] {
        guard aligns, alignment.kind == .perVariable, alignment.dimensions > 0 else { return [] }
        return VariableSubspace.divide(layout, width: width, most: alignment.dimensions)
    }
}
