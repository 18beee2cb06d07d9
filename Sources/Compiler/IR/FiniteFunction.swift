import RASP

/// One input of a `FiniteFunction`: a variable, seen only through a partition of its values into classes.
package struct Axis: Hashable, Sendable {
    /// Which variable; for selectors also on which side (see `Relation`).
    let variable: Int
    /// The class of each of the variable's values, classes numbered by first occurrence.
    let classOf: [Int]
    let classCount: Int

    init(variable: Int, classOf: [Int], classCount: Int) {
        self.variable = variable
        self.classOf = classOf
        self.classCount = classCount
    }

    /// Every value is a class of its own.
    init(variable: Int, valueCount: Int) {
        self.init(variable: variable, classOf: Array(0..<valueCount), classCount: valueCount)
    }

    /// The values in each class.
    var members: [[Int]] {
        var members = [[Int]](repeating: [], count: classCount)
        for (value, index) in classOf.enumerated() { members[index].append(value) }
        return members
    }
}

/// A function of finitely many variables, each with finitely many values: a table over the product of the axes'
/// classes, row-major with the last axis fastest.
///
/// This one representation does the work of several passes. Composing tables fuses chains of maps; enumerating the
/// joint domain infers exactly the reachable values; merging classes that behave alike keeps tables (and later the
/// hidden units made from them) small; and equal tables are equal sub-expressions.
package struct FiniteFunction: Hashable, Sendable {
    /// In ascending order of variable; none means a constant.
    var axes: [Axis]
    /// An output number for each combination of classes.
    var outputs: [Int]

    /// - Parameter limit: the largest joint domain that may be enumerated.
    /// - Throws: `DomainTooLarge`, or what `body` throws.
    /// - Parameter body: maps one output number of each input to an output number of the result.
    static func combine(_ inputs: [FiniteFunction], limit: Int, _ body: ([Int]) throws -> Int) throws -> FiniteFunction {
        let domain = try JointDomain(inputs, limit: limit)
        var outputs: [Int] = []
        outputs.reserveCapacity(domain.size)
        try domain.forEach { outputs.append(try body($0)) }
        var result = FiniteFunction(axes: domain.axes, outputs: outputs)
        result.mergeClasses()
        return result
    }

    /// Merges classes of an axis between which no entry differs, and drops axes that no longer matter.
    mutating func mergeClasses() {
        for position in axes.indices.reversed() {
            let axis = axes[position]
            let stride = axes[(position + 1)...].reduce(1) { $0 * $1.classCount }
            let block = stride * axis.classCount
            var numbers: [[Int]: Int] = [:]
            var firstClass: [Int] = []
            let merged = (0..<axis.classCount).map { index -> Int in
                var slice: [Int] = []
                slice.reserveCapacity(outputs.count / axis.classCount)
                for start in Swift.stride(from: index * stride, to: outputs.count, by: block) {
                    slice += outputs[start..<(start + stride)]
                }
                if let number = numbers[slice] { return number }
                numbers[slice] = firstClass.count
                firstClass.append(index)
                return firstClass.count - 1
            }
            guard firstClass.count < axis.classCount else { continue }
            var kept: [Int] = []
            kept.reserveCapacity(outputs.count / axis.classCount * firstClass.count)
            for start in Swift.stride(from: 0, to: outputs.count, by: block) {
                for index in firstClass {
                    kept += outputs[(start + index * stride)..<(start + (index + 1) * stride)]
                }
            }
            outputs = kept
            if firstClass.count == 1 {
                axes.remove(at: position)
            } else {
                axes[position] = Axis(
                    variable: axis.variable, classOf: axis.classOf.map { merged[$0] }, classCount: firstClass.count)
            }
        }
        for position in axes.indices { axes[position] = axes[position].renumbered(&outputs, at: position, of: axes) }
    }
}

/// The joint domain of several tables cannot be enumerated within the budget.
struct DomainTooLarge: Error {
    /// Classes of each axis.
    let sizes: [Int]
}

extension Axis {
    /// Classes numbered by first occurrence, so that equal functions are equal tables whatever built them.
    fileprivate func renumbered(_ outputs: inout [Int], at position: Int, of axes: [Axis]) -> Axis {
        var order: [Int] = []
        var number = [Int](repeating: -1, count: classCount)
        for index in classOf where number[index] < 0 {
            number[index] = order.count
            order.append(index)
        }
        guard order != Array(0..<classCount) else { return self }
        let stride = axes[(position + 1)...].reduce(1) { $0 * $1.classCount }
        var permuted: [Int] = []
        permuted.reserveCapacity(outputs.count)
        for start in Swift.stride(from: 0, to: outputs.count, by: stride * classCount) {
            for index in order { permuted += outputs[(start + index * stride)..<(start + (index + 1) * stride)] }
        }
        outputs = permuted
        return Axis(variable: variable, classOf: classOf.map { number[$0] }, classCount: classCount)
    }
}
