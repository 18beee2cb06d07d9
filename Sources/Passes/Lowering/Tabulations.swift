import RASP

/// What was worked out before, for other fusions of the same program: tables, the numbers that means can be, and what
/// values stand for.
package final class Tabulations {
    struct Key: Hashable {
        let sop: SOp
        let operands: [ValueTable]
    }
    var known: [Key: ValueTable] = [:]
    let trees: DecisionTrees
    let spellings: Spellings
    private var listed: [ReachableNumbers: [ReachableNumbers.Entry]?] = [:]

    package convenience init() { self.init(spellings: Spellings(), trees: DecisionTrees()) }

    init(spellings: Spellings, trees: DecisionTrees) {
        self.spellings = spellings
        self.trees = trees
    }

    func reachable(_ numbers: ReachableNumbers) -> [ReachableNumbers.Entry]? {
        if let known = listed[numbers] { return known }
        let list = numbers.list()
        listed[numbers] = .some(list)
        return list
    }
}
