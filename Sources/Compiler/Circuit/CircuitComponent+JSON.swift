import Basics
import Circuits

extension CircuitComponent {
    /// The names of variables by reader: `q`, `k` and `v` of a head, `in` of an MLP and of the logits.
    package var readsJSON: JSONValue {
        .object(
            JSONObject(
                reads.map { reader, variables in
                    let names = JSONValue.strings(variables.map(\.name))
                    guard case .head(_, _, let operand) = reader else { return ("in", names) }
                    return (operand.rawValue, names)
                }))
    }
}
