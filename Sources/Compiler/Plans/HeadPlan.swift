import Passes

/// One attention head before assembly: linear maps out of the residual stream, and where its values are written.
struct HeadPlan {
    var queries: [LinearForm] = []
    var keys: [LinearForm] = []
    var values: [LinearForm] = []
    /// Whether a value dimension copies a one-hot: all selected positions hold the same, however attention is shared
    /// among them.
    var isCopy: [Bool] = []
    /// Whether a value dimension is nothing but the share of attention that BOS gets.
    var isShare: [Bool] = []
    /// The directions that each value dimension is added to.
    var outputs: [[(direction: Direction, weight: Double)]] = []
    /// The dimensions of each term of the selector, and whether at most one of them is set at a key, else at a query.
    var terms: [(dimensions: Range<Int>, isByKey: Bool)] = []
    /// What each condition of the selector adds to a logit.
    var conditionWeight = SelectorForm.conditionWeight
    /// The dimensions that order the positions for which all conditions hold.
    var order = 0..<0
    /// Whether BOS scores as much as a selected position.
    var countsBOS = false
    /// The most positions that a row selects.
    var largestWidth = 0

    /// What queries are multiplied by where the stream is read with errors much larger than those of fp32: a leak of
    /// 1e-14 is nothing beside them, but positions that should get equal shares must not differ by that error times
    /// `SelectorForm.conditionWeight`.
    static let softening: Float = 0.5
}
