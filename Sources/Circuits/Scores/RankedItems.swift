/// Items, some of them true, in the order of their scores. The measures of this folder are computed from it.
public struct RankedItems: Sendable {
    /// Items with one and the same score.
    struct Tie: Sendable {
        var positives = 0
        var negatives = 0
        var count: Int { positives + negatives }
    }

    /// From the highest score down.
    let ties: [Tie]
    public let positives: Int
    public let negatives: Int

    /// - Parameters:
    ///   - scores: Numbers; the higher, the earlier the item.
    ///   - isTrue: One for each score.
    public init(scores: [Double], isTrue: [Bool]) {
        precondition(scores.count == isTrue.count, "\(scores.count) scores for \(isTrue.count) items")
        var ties: [Tie] = []
        var last: Double?
        for index in scores.indices.sorted(by: { scores[$0] > scores[$1] }) {
            if scores[index] != last { ties.append(Tie()) }
            last = scores[index]
            if isTrue[index] {
                ties[ties.count - 1].positives += 1
            } else {
                ties[ties.count - 1].negatives += 1
            }
        }
        self.ties = ties
        positives = isTrue.count { $0 }
        negatives = isTrue.count - positives
    }
}
