import RASP

/// How a head scores positions so that one of those which it could select gets all attention.
///
/// Next to the conditions of the selector a score grows or falls with the position. In units of `gap` the key at
/// position j of n adds j for the last position and -j for the first. For the closest to position i it is
/// `4ij - 2j^2 - j`, which is `2i^2` less `2 (i - j)^2 + j`: the squared distance in a product of two numbers (the
/// parabolic keys of Percepta's transformer-vm), and of two positions that are equally near the earlier has more. Two
/// positions are never less than one gap apart.
package struct PickOrder: Hashable, Sendable {
    package let occurrence: Occurrence
    /// The scalar variable with j, as a share of a power of two, so that shares are as exact as j itself.
    package let position: VariableNumber
    package let positionUnit: Double
    /// For the closest, the scalar variable with `2j^2 + j`, likewise.
    package let square: VariableNumber?
    package let squareUnit: Double
    /// n: how many positions there can be.
    let length: Int

    var variables: [VariableNumber] { [position] + (square.map { [$0] } ?? []) }

    /// What is left between a position and the next best one, as between a selected position and BOS without an order.
    package static let gap = SelectorForm.conditionWeight / 2

    /// How far below the score of all conditions alone BOS has to stay, in gaps: below every position for which they
    /// all hold. For the closest, `2i^2 + i` comes on top.
    package var depth: Double {
        let n = Double(length)
        switch occurrence {
        case .last: return 1
        case .first: return n
        case .closest: return 2 * n * n - 2 * n + 1
        }
    }

    /// What a condition has to weigh so that a position which fails one stays a gap below BOS.
    package var conditionWeight: Double { Self.conditionWeight(occurrence, length) }

    package static func conditionWeight(_ occurrence: Occurrence, _ length: Int) -> Double {
        let n = Double(length)
        return gap * (occurrence == .closest ? 2 * n * n - 2 * n + 2 : n + 1)
    }

    /// The chosen one of the positions that a row could select, in ascending order.
    func choose(_ keys: [Int], at query: Int) -> Int? {
        switch occurrence {
        case .first: keys.first
        case .last: keys.last
        case .closest: keys.min { (abs($0 - query), $0) < (abs($1 - query), $1) }
        }
    }
}
