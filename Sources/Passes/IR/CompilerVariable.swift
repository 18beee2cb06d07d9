import Basics
import RASP

/// Something that lies in the residual stream, under its own directions.
package struct CompilerVariable: Sendable {
    package enum Origin: Sendable {
        case tokens
        case indices
        /// A function of variables that are there earlier, written by the embedding or an MLP.
        case table(ValueTable)
        /// What a loop starts from, as such a function. Later rounds find there what the round before has left, so that
        /// nothing can be concluded from it.
        case state(ValueTable)
        /// A one-hot copied from the (single) selected position.
        case gather(GatherRead)
        /// The mean of the selected positions' numbers.
        case mean(MeanRead)
        /// 1 / (selected + 1), the share of BOS among the selected positions.
        case width(SelectorForm)
        /// A sum of coefficient x width, over width variables.
        case weightedWidths([(coefficient: Double, width: VariableNumber)])
        /// The sign of a sum of numbers over the positions up to each.
        case balance(BalanceRead)

        /// The table that the embedding or an MLP writes; nil for what attention writes.
        var table: ValueTable? {
            switch self {
            case .table(let table), .state(let table): table
            case .tokens, .indices, .gather, .mean, .width, .weightedWidths, .balance: nil
            }
        }
    }

    package enum Representation: Sendable {
        /// One direction per defined value; undefined is all zeros.
        case oneHot
        /// One direction holding `scalars[value]`. `flagged` is the value (a number that is none, or undefined)
        /// that a second direction marks, where there is one.
        case scalar(flagged: Int?)
    }

    package var origin: Origin
    var representation: Representation
    /// In canonical order, undefined last. Empty when `isOpen`.
    package var values: [Atom?]
    /// The scalar that stands for each value, for scalar variables.
    package var scalars: [Double] = []
    /// The largest number that went into the scalar, where that is larger than the scalar can be: a small difference of
    /// large numbers carries the rounding errors of these.
    var magnitude = 0.0
    /// Where each value stands for many scalars: what they all lie between. `scalars` then holds, for each value, the one
    /// nearest to the other values.
    package var extent: ClosedRange<Double>?
    /// Whether it has too many reachable values to list. Then it can only be averaged, or shown as the number that it
    /// is.
    package var isOpen = false
    /// The half-layer that writes it: 0 for the embedding, 2l-1 for the attention of layer l and 2l for its MLP (l from
    /// 1).
    package var time: Int
    package var name: String?
    var aliases: [String] = []
    /// What the values are called under a name whose s-op has them of another kind: 0 and 1 where the variable was made
    /// for false and true, which are equal to them.
    private(set) var valuesUnderName: [ExactString: [Atom?]] = [:]
    package var span: SourceSpan?

    package init(
        origin: Origin, representation: Representation, values: [Atom?], scalars: [Double] = [], magnitude: Double = 0,
        extent: ClosedRange<Double>? = nil, isOpen: Bool = false, time: Int, name: String? = nil,
        span: SourceSpan? = nil
    ) {
        self.origin = origin
        self.representation = representation
        self.values = values
        self.scalars = scalars
        self.magnitude = magnitude
        self.extent = extent
        self.isOpen = isOpen
        self.time = time
        self.name = name
        self.span = span
    }

    /// The values as the s-op of that name has them.
    package func values(under name: String) -> [Atom?] { valuesUnderName[ExactString(name)] ?? values }

    /// Remembers of which kinds the values are under a name.
    ///
    /// - Parameter own: the values of the name's s-op, each equal to one of the variable's.
    mutating func note(_ own: [Atom?], under name: String) {
        let isBoolean = { (atom: Atom?) in if case .bool? = atom { true } else { false } }
        guard own.contains(where: isBoolean) || values.contains(where: isBoolean) else { return }
        let called = values.map { value in own.first { $0 == value } ?? value }
        if called.map(isBoolean) != values.map(isBoolean) { valuesUnderName[ExactString(name)] = called }
    }

    package var isOneHot: Bool { if case .oneHot = representation { true } else { false } }
    package var flagged: Int? { if case .scalar(let flagged) = representation { flagged } else { nil } }
    package var undefinedValue: Int? { values.last.flatMap { $0 == nil ? values.count - 1 : nil } }
}

/// Copying a one-hot: which direction of the output each value of the source writes (-1: none).
package struct GatherRead: Hashable, Sendable {
    package let selector: SelectorForm
    /// nil when the value is a constant.
    package let source: VariableNumber?
    package let outputOfValue: [Int]
    /// Output of an empty row, -1 for undefined.
    package let defaultOutput: Int

    package init(selector: SelectorForm, source: VariableNumber?, outputOfValue: [Int], defaultOutput: Int) {
        self.selector = selector
        self.source = source
        self.outputOfValue = outputOfValue
        self.defaultOutput = defaultOutput
    }
}

/// Averaging numbers: the number of each value of a one-hot source, or a scalar source as it is.
package struct MeanRead: Hashable, Sendable {
    package let selector: SelectorForm
    package let source: VariableNumber
    /// Empty when the source is read as a scalar.
    package let numberOfValue: [Double]
    package let defaultNumber: Double
    /// Whether an empty row sets the flag direction.
    let flagsEmptyRows: Bool
}
