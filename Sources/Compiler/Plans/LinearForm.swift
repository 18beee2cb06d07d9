/// `sum of weight x direction + bias`, over the residual stream.
struct LinearForm: Hashable {
    var bias = 0.0
    private(set) var weights: [Direction: Double] = [:]

    mutating func add(_ weight: Double, _ direction: Direction) {
        let sum = weights[direction, default: 0] + weight
        weights[direction] = sum == 0 ? nil : sum
    }

    mutating func add(_ form: LinearForm, times factor: Double = 1) {
        bias += form.bias * factor
        for (direction, weight) in form.weights { add(weight * factor, direction) }
    }

    /// Ascending by direction.
    var terms: [(direction: Direction, weight: Double)] {
        weights.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
    func weight(_ direction: Direction) -> Double { weights[direction, default: 0] }

    /// The form's value where the stream holds these numbers, with weights as fp32 has them.
    func value(at stream: LinearForm) -> Double {
        stream.terms.reduce(bias) { $0 + Double(Float(weight($1.direction))) * $1.weight }
    }
}
