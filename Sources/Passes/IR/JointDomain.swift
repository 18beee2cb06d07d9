/// All combinations of classes that several tables distinguish together.
struct JointDomain<Variable: Hashable & Comparable & Sendable> {
    /// The union of the inputs' axes, each with the common refinement of their partitions.
    let axes: [FiniteFunction<Variable>.Axis]
    let size: Int
    private let inputs: [FiniteFunction<Variable>]
    /// `steps[input][axis][class]`: what the class adds to the position in the input's table.
    private let steps: [[[Int]]]

    /// - Throws: `DomainTooLarge`
    init(_ inputs: [FiniteFunction<Variable>], limit: Int) throws {
        self.inputs = inputs
        var partitions: [Variable: [Int]] = [:]
        for axis in inputs.lazy.flatMap(\.axes) {
            partitions[axis.variable] = partitions[axis.variable].map { Self.refine($0, axis.classOf) } ?? axis.classOf
        }
        axes = partitions.keys.sorted().map { variable in
            let classOf = partitions[variable] ?? []
            return .init(variable: variable, classOf: classOf, classCount: (classOf.max() ?? -1) + 1)
        }
        var size = 1
        for axis in axes {
            let (product, overflow) = size.multipliedReportingOverflow(by: axis.classCount)
            guard !overflow, product <= limit else { throw DomainTooLarge(sizes: axes.map(\.classCount)) }
            size = product
        }
        self.size = size
        let joint = axes
        steps = inputs.map { input in
            joint.map { axis in
                guard let position = input.axes.firstIndex(where: { $0.variable == axis.variable }) else {
                    return [Int](repeating: 0, count: axis.classCount)
                }
                let stride = input.axes[(position + 1)...].reduce(1) { $0 * $1.classCount }
                var step = [Int](repeating: 0, count: axis.classCount)
                for (value, index) in axis.classOf.enumerated() {
                    step[index] = input.axes[position].classOf[value] * stride
                }
                return step
            }
        }
    }

    /// Calls `body` with the inputs' output numbers, once for every combination, last axis fastest.
    func forEachEntry(_ body: ([Int]) throws -> Void) rethrows {
        var digits = [Int](repeating: 0, count: axes.count)
        var offsets = steps.map { $0.reduce(0) { $0 + ($1.first ?? 0) } }
        var arguments = [Int](repeating: 0, count: inputs.count)
        for _ in 0..<size {
            for index in inputs.indices { arguments[index] = inputs[index].outputs[offsets[index]] }
            try body(arguments)
            var position = axes.count - 1
            while position >= 0 {
                let old = digits[position]
                let new = old + 1 == axes[position].classCount ? 0 : old + 1
                digits[position] = new
                for index in inputs.indices {
                    offsets[index] += steps[index][position][new] - steps[index][position][old]
                }
                if new != 0 { break }
                position -= 1
            }
        }
    }

    /// The coarsest partition finer than both, classes numbered by first occurrence.
    static func refine(_ a: [Int], _ b: [Int]) -> [Int] {
        let width = (b.max() ?? 0) + 1
        var numbers: [Int: Int] = [:]
        return zip(a, b).map { x, y in
            let key = x * width + y
            if let number = numbers[key] { return number }
            numbers[key] = numbers.count
            return numbers.count - 1
        }
    }
}
