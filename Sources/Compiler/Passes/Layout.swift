/// Which direction of the residual stream is what.
struct Layout {
    private(set) var basis: [BasisDirection] = []
    private(set) var bos = 0
    private var first: [Int: Int] = [:]
    private var flags: [Int: Int] = [:]
    private var bounds: [Int: (time: Int, bound: Double)] = [:]

    /// Directions in the order: tokens and indices, named variables in order of computation, unnamed one-hots,
    /// unnamed scalars, BOS. Only live variables get any.
    init(_ variables: [CompilerVariable], live: [Bool]) {
        let order = variables.indices.filter { live[$0] }.sorted { Self.rank(variables[$0], $0) < Self.rank(variables[$1], $1) }
        var scratch = 0
        for number in order {
            let variable = variables[number]
            if variable.name == nil { scratch += 1 }
            let name = variable.name ?? "scratch\(scratch)"
            first[number] = basis.count
            let start = basis.count
            if variable.isOneHot {
                for value in variable.values {
                    if let value { basis.append(BasisDirection(variable: name, value: value, isScratch: variable.name == nil)) }
                }
            } else {
                basis.append(BasisDirection(variable: name, value: nil, isScratch: variable.name == nil))
                if variable.flagged != nil {
                    flags[number] = basis.count
                    basis.append(BasisDirection(variable: name, value: .string("undefined"), isScratch: variable.name == nil))
                }
            }
            // Only attention writes at BOS, and only until the MLP of the same layer.
            let bound = variable.isOneHot ? 1 : max(variable.scalars.map(abs).max() ?? 1, 1)
            if variable.time % 2 == 1 { for direction in start..<basis.count { bounds[direction] = (variable.time, bound) } }
        }
        bos = basis.count
        basis.append(BasisDirection(variable: "bos", value: nil, isScratch: true))
    }

    private static func rank(_ variable: CompilerVariable, _ number: Int) -> (Int, Int) {
        (number < 2 ? 0 : variable.name != nil ? 1 : variable.isOneHot ? 2 : 3, number)
    }

    func oneHot(_ variable: Int, _ value: Int) -> Int { (first[variable] ?? 0) + value }
    func scalar(_ variable: Int) -> Int { first[variable] ?? 0 }
    func flag(_ variable: Int) -> Int? { flags[variable] }

    func boundAtBOS(_ direction: Int, time: Int) -> Double? {
        bounds[direction].flatMap { $0.time == time - 1 ? $0.bound : nil }
    }
}
