import Foundation
import Pictures
import TensorCore

extension Decoder {
    /// What a picture of the mapped residual stream shows, a row a token, with the columns of each variable.
    ///
    /// Where whole streams were aligned (cosine) these are the coordinates themselves. Alignment per variable gives
    /// meaning to differences within a variable's rows alone, and to no scratch direction: there it is the softmax over
    /// each categorical variable's rows, which is what training compared with the compiled model's one-hot rows, and
    /// numerical variables in units of the largest number they can be.
    package func picture(of mapped: Tensor) -> (values: [Float], groups: [Heatmap.Group]) {
        guard alignment == .perVariable else {
            return (mapped.values, layout.entries.map { Heatmap.Group(label: $0.name, columns: $0.rows) })
        }
        var groups: [Heatmap.Group] = []
        var width = 0
        for entry in layout.variables {
            groups.append(Heatmap.Group(label: entry.name, columns: width..<width + entry.rows.count))
            width += entry.rows.count
        }
        var values: [Float] = []
        values.reserveCapacity(mapped.rows * width)
        for token in 0..<mapped.rows {
            let row = mapped.row(token)
            for entry in layout.variables {
                switch entry.encoding {
                case .categorical:
                    let largest = entry.rows.reduce(-Float.infinity) { max($0, row[$1]) }
                    let exponentials = entry.rows.map { exp(row[$0] - largest) }
                    let sum = exponentials.reduce(0, +)
                    values += exponentials.map { $0 / sum }
                case .numerical(let reachable):
                    let unit = Float(max(1, reachable.map(abs).max() ?? 1))
                    values += entry.rows.enumerated().map { row[$0.element] / ($0.offset == 0 ? unit : 1) }
                }
            }
        }
        return (values, groups)
    }
}
