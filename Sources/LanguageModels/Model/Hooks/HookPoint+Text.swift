import Basics

/// The text of a hook point, which reports, exports and the command line print and read. Heads, MLPs and the readers of
/// heads have the names that MIB's circuit track gives them.
///
/// | text | point |
/// |---|---|
/// | `resid.0` | the residual stream before the first layer |
/// | `a3.h7<q>`, `a3.h7<k>`, `a3.h7<v>` | the stream that head 7 of layer 3 reads for queries, keys, values |
/// | `a3.h7.z` | what this head gathers |
/// | `a3.h7` | what it adds to the stream |
/// | `m3<in>` | the stream that the MLP of layer 3 reads |
/// | `m3` | what it adds to the stream |
extension HookPoint: LosslessStringConvertible {
    public var description: String {
        switch self {
        case .residual(let state): "resid.\(state)"
        case .headInput(let layer, let head, let reader): "a\(layer).h\(head)<\(reader.rawValue)>"
        case .headMix(let layer, let head): "a\(layer).h\(head).z"
        case .head(let layer, let head): "a\(layer).h\(head)"
        case .mlpInput(let layer): "m\(layer)<in>"
        case .mlp(let layer): "m\(layer)"
        }
    }

    /// Reads exactly what `description` writes; nil for any other text.
    public init?(_ description: String) {
        guard let point = Self.read(description), point.description == description else { return nil }
        self = point
    }

    /// Reads a text that a user wrote.
    /// - Throws: `.usage` naming the text.
    public init(parsing text: String) throws(Failure) {
        guard let point = HookPoint(text) else {
            throw Failure(
                .usage, "'\(text)' is not a hook point",
                remedy: "write resid.0 for a residual state, a3.h7 for a head, a3.h7.z for what it gathers, a3.h7<q>, "
                    + "a3.h7<k> or a3.h7<v> for what it reads, m3 for an MLP, or m3<in> for what that reads")
        }
        self = point
    }

    private static func read(_ text: String) -> HookPoint? {
        if let match = text.wholeMatch(of: /resid\.(\d+)/) { return Int(match.1).map { .residual($0) } }
        if let match = text.wholeMatch(of: /m(\d+)(<in>)?/) {
            return Int(match.1).map { match.2 == nil ? .mlp(layer: $0) : .mlpInput(layer: $0) }
        }
        guard let match = text.wholeMatch(of: /a(\d+)\.h(\d+)(?:<([qkv])>|(\.z))?/), let layer = Int(match.1),
            let head = Int(match.2)
        else { return nil }
        if let letter = match.3 {
            return Reader(rawValue: String(letter)).map { .headInput(layer: layer, head: head, $0) }
        }
        return match.4 == nil ? .head(layer: layer, head: head) : .headMix(layer: layer, head: head)
    }
}
