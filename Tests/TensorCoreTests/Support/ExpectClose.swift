import Testing

/// Checks |actual - expected| <= absolute + relative * |expected| for every element and reports the worst one.
func expectClose(
    _ actual: [Float], _ expected: [Double], absolute: Double, relative: Double = 0, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.count == expected.count else {
        Issue.record("\(what): \(actual.count) elements, not \(expected.count)", sourceLocation: sourceLocation)
        return
    }
    var worst = (excess: 0.0, index: -1)
    for (index, pair) in zip(actual, expected).enumerated() {
        let difference = abs(Double(pair.0) - pair.1)
        let excess = difference.isNaN ? .infinity : difference / (absolute + relative * abs(pair.1))
        if excess > worst.excess { worst = (excess, index) }
    }
    if worst.excess > 1 {
        Issue.record(
            "\(what): element \(worst.index) of \(actual.count) is \(actual[worst.index]), not \(expected[worst.index]) (\(worst.excess) times the tolerance)",
            sourceLocation: sourceLocation)
    }
}
