/// A function of finitely many variables, each with finitely many values: a table over the product of the axes'
/// classes, row-major with the last axis fastest.
///
/// This one representation does the work of several passes. Composing tables fuses chains of maps; enumerating the
/// joint domain infers exactly the reachable values; merging classes that behave alike keeps tables (and later the
/// hidden units made from them) small; and equal tables are equal sub-expressions.
///
/// A variable is known by its number; in a selector's table by its number and a side (`Relation`), in a decision tree by
/// the place of its axis.
package struct FiniteFunction<Variable: Hashable & Comparable & Sendable>: Hashable, Sendable {
    /// One input: a variable, seen only through a partition of its values into classes.
    package struct Axis: Hashable, Sendable {
        package let variable: Variable
        /// The class of each of the variable's values, classes numbered by first occurrence.
        package let classOf: [Int]
        package let classCount: Int

        package init(variable: Variable, classOf: [Int], classCount: Int) {
            self.variable = variable
            self.classOf = classOf
            self.classCount = classCount
        }

        /// Every value is a class of its own.
        package init(variable: Variable, valueCount: Int) {
            self.init(variable: variable, classOf: Array(0..<valueCount), classCount: valueCount)
        }

        /// The values in each class.
        package var members: [[Int]] {
            var members = [[Int]](repeating: [], count: classCount)
            for (value, index) in classOf.enumerated() { members[index].append(value) }
            return members
        }

        /// The same classes of another variable's values.
        func along<Other>(_ other: Other) -> FiniteFunction<Other>.Axis {
            .init(variable: other, classOf: classOf, classCount: classCount)
        }
    }

    /// In ascending order of variable; none means a constant.
    var axes: [Axis]
    /// An output number for each combination of classes.
    package var outputs: [Int]

    package init(axes: [Axis], outputs: [Int]) {
        self.axes = axes
        self.outputs = outputs
    }

    /// The function of what several functions give for the same values.
    ///
    /// It is specialised here for numbers of variables: other modules would run it as generic code, at half the speed.
    ///
    /// - Parameter limit: the largest joint domain that may be enumerated.
    /// - Throws: `DomainTooLarge`, or what `body` throws.
    /// - Parameter body: maps one output number of each input to an output number of the result.
    @_specialize(where Variable == VariableNumber)
    package static func combine(_ inputs: [FiniteFunction], limit: Int, _ body: ([Int]) throws -> Int) throws
        -> FiniteFunction
    {
        let domain = try JointDomain(inputs, limit: limit)
        var outputs: [Int] = []
        outputs.reserveCapacity(domain.size)
        try domain.forEachEntry { outputs.append(try body($0)) }
        var result = FiniteFunction(axes: domain.axes, outputs: outputs)
        result.mergeClasses()
        return result
    }

    /// Merges classes of an axis between which no entry differs, and drops axes that no longer matter.
    package mutating func mergeClasses() {
        for position in axes.indices.reversed() {
            let axis = axes[position]
            let stride = axes[(position + 1)...].reduce(1) { $0 * $1.classCount }
            let block = stride * axis.classCount
            let (merged, firstClass) = equalClasses(count: axis.classCount, stride: stride)
            guard firstClass.count < axis.classCount else { continue }
            outputs = Self.blocks(firstClass, of: outputs, each: block, stride)
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

/// One input of a function of a program's variables.
package typealias Axis = FiniteFunction<VariableNumber>.Axis

extension FiniteFunction {
    // Tables are compared, and looked up, by the hundred: Swift's own hash of their entries took most of a compilation.
    package func hash(into hasher: inout Hasher) {
        for axis in axes {
            hasher.combine(axis.variable)
            hasher.combine(axis.classCount)
        }
        outputs.withUnsafeBufferPointer { hasher.combine(Self.mix(0, $0)) }
    }

    /// A hash of numbers after an earlier one.
    @inline(__always)
    private static func mix(_ earlier: UInt64, _ numbers: UnsafeBufferPointer<Int>) -> UInt64 {
        var hash = earlier
        for number in numbers {
            hash = (hash ^ UInt64(truncatingIfNeeded: number)) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 32
        }
        return hash
    }

    /// Of every stretch of so many outputs, the blocks of `length` that are chosen, in that order.
    fileprivate static func blocks(_ chosen: [Int], of outputs: [Int], each stretch: Int, _ length: Int) -> [Int] {
        [Int](unsafeUninitializedCapacity: outputs.count / stretch * chosen.count * length) { result, count in
            outputs.withUnsafeBufferPointer { outputs in
                for start in Swift.stride(from: 0, to: outputs.count, by: stretch) {
                    for index in chosen {
                        for place in (start + index * length)..<(start + (index + 1) * length) {
                            result.initializeElement(at: count, to: outputs[place])
                            count += 1
                        }
                    }
                }
            }
        }
    }

    /// Numbers the classes of an axis so that classes with equal entries have one number, and gives the first class of
    /// each.
    private func equalClasses(count: Int, stride: Int) -> (numbers: [Int], firstClass: [Int]) {
        outputs.withUnsafeBufferPointer { outputs in
            let starts = Swift.stride(from: 0, to: outputs.count, by: count * stride)
            let slice = { (start: Int, index: Int) in
                UnsafeBufferPointer(rebasing: outputs[(start + index * stride)..<(start + (index + 1) * stride)])
            }
            // Most classes differ, which their hashes show after one pass through memory.
            var hashes = [UInt64](repeating: 0, count: count)
            for start in starts {
                for index in 0..<count { hashes[index] = Self.mix(hashes[index], slice(start, index)) }
            }
            var firstClass: [Int] = []
            var known: [UInt64: [Int]] = [:]
            let numbers = (0..<count).map { index -> Int in
                let number = known[hashes[index]]?.first { number in
                    starts.allSatisfy { slice($0, firstClass[number]).elementsEqual(slice($0, index)) }
                }
                if let number { return number }
                known[hashes[index], default: []].append(firstClass.count)
                firstClass.append(index)
                return firstClass.count - 1
            }
            return (numbers, firstClass)
        }
    }
}

/// The joint domain of several tables cannot be enumerated within the budget.
package struct DomainTooLarge: Error {
    /// Classes of each axis.
    package let sizes: [Int]
}

extension FiniteFunction.Axis {
    /// Classes numbered by first occurrence, so that equal functions are equal tables whatever built them.
    fileprivate func renumbered(_ outputs: inout [Int], at position: Int, of axes: [Self]) -> Self {
        var order: [Int] = []
        var number = [Int](repeating: -1, count: classCount)
        for index in classOf where number[index] < 0 {
            number[index] = order.count
            order.append(index)
        }
        guard order != Array(0..<classCount) else { return self }
        let stride = axes[(position + 1)...].reduce(1) { $0 * $1.classCount }
        outputs = FiniteFunction.blocks(order, of: outputs, each: stride * classCount, stride)
        return Self(variable: variable, classOf: classOf.map { number[$0] }, classCount: classCount)
    }
}
