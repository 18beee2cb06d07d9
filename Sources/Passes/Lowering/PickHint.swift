import RASP

extension Lowering {
    /// A way out where tables become too large because of a mean over positions of which the program perhaps means one:
    /// a mean has a value for every share of the positions that its selector may select, `pick` has only the values that
    /// are selected.
    ///
    /// - Parameter tables: what is too large, or what it is computed from.
    /// - Returns: a note that names the mean's place, or none where no such mean has a part in it.
    func pickHint(_ tables: [ValueTable]) -> [String] {
        var waiting = tables.flatMap(\.axes).map(\.variable)
        var seen = Set(waiting)
        while let number = waiting.popLast() {
            switch variables[number].origin {
            case .mean(let read) where read.selector.largestWidth > 1:
                guard let span = variables[number].span else { continue }
                return [
                    "\(span.location): this mean may be one of several positions; where only one of them is meant, "
                        + "pick(selector, values, default, first) has the selected values alone"
                ]
            case .table(let table), .state(let table):
                waiting += table.axes.map(\.variable).filter { seen.insert($0).inserted }
            case .gather(let read):
                if let source = read.source, seen.insert(source).inserted { waiting.append(source) }
            case .tokens, .indices, .mean, .width, .weightedWidths, .balance: continue
            }
        }
        return []
    }
}
