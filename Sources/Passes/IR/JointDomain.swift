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
        // All tables lie in one array: arrays in an array would be retained and released for every entry, which takes
        // longer than the rest.
        let tables = inputs.flatMap(\.outputs)
        var places: [Int] = []
        var start = 0
        for (input, steps) in zip(inputs, steps) {
            places.append(start + steps.reduce(0) { $0 + ($1.first ?? 0) })
            start += input.outputs.count
        }
        let moves = Moves(axes.map(\.classCount), steps)
        var digits = [Int](repeating: 0, count: axes.count)
        var arguments = [Int](repeating: 0, count: inputs.count)
        for _ in 0..<size {
            for input in arguments.indices { arguments[input] = tables[places[input]] }
            try body(arguments)
            moves.advance(&digits, &places)
        }
    }

    /// From one combination of classes to the next.
    private struct Moves {
        private let classCounts: [Int]
        /// Where the moves of each axis begin.
        private var first: [Int] = []
        /// For each axis and class, what going on to that class adds to the place in each input's table.
        private var moves: [Int] = []

        init(_ classCounts: [Int], _ steps: [[[Int]]]) {
            self.classCounts = classCounts
            for (axis, count) in classCounts.enumerated() {
                first.append(moves.count)
                for index in 0..<count {
                    let before = index == 0 ? count - 1 : index - 1
                    for step in steps { moves.append(step[axis][index] - step[axis][before]) }
                }
            }
        }

        func advance(_ digits: inout [Int], _ places: inout [Int]) {
            for axis in digits.indices.reversed() {
                let next = digits[axis] + 1 == classCounts[axis] ? 0 : digits[axis] + 1
                digits[axis] = next
                let move = first[axis] + next * places.count
                for input in places.indices { places[input] += moves[move + input] }
                if next != 0 { return }
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
