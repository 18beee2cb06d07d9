import Basics
import Injection
import Pictures
import RASP
import TensorCore

/// One prompt's tokens against the program's variables: what the student's activations say beside what the interpreter
/// says (figure 6 of the paper).
public struct DecodedPrompt: Sendable {
    public struct Variable: Sendable {
        public var name: String
        /// A value a token; nil where the activations say "undefined", and where nothing was aligned.
        public var decoded: [Atom?]
        /// What the interpreter says; nil where undefined.
        public var expected: [Atom?]

        /// Whether the two differ at a token where the interpreter has a value.
        public func differs(at token: Int) -> Bool {
            expected[token] != nil && decoded[token] != expected[token]
        }
    }

    public var prompt: String
    /// The student's residual state that was read.
    public var layer: Int
    public var tokens: [String]
    public var variables: [Variable]
    /// The residual stream itself, and mapped as `Decoder.picture` has it: row-major, a row a token.
    package var raw: [Float]
    package var mapped: [Float]
    var mappedGroups: [Heatmap.Group]

    /// The share of (token, variable) pairs with a value whose decoded value is the interpreter's; 1 where there are
    /// none.
    public var agreement: Double {
        var (equal, all) = (0, 0)
        for variable in variables {
            for token in tokens.indices where variable.expected[token] != nil {
                all += 1
                equal += variable.differs(at: token) ? 0 : 1
            }
        }
        return all == 0 ? 1 : Double(equal) / Double(all)
    }

    /// Decodes a prompt at `layer`, by default the last aligned one.
    public init(_ prompt: String, run: LoadedRun, layer: Int? = nil) throws {
        let decoder = Decoder(run)
        let configuration = run.student.model.configuration
        let layer = layer ?? decoder.layer
        guard (0...configuration.layers).contains(layer) else {
            throw Failure(
                .usage, "--layer \(layer): the student has residual states 0 to \(configuration.layers)")
        }
        let ids = try run.task.encoder.tokens(ofText: prompt)
        guard !ids.isEmpty else { throw Failure(.usage, "the prompt has no tokens") }
        guard ids.count <= configuration.contextLength else {
            throw Failure(
                .badData,
                "the prompt has \(ids.count) tokens, and the student reads at most \(configuration.contextLength)")
        }
        let (raw, mapped) = decoder.streams(of: [ids], layer: layer, arena: Arena())
        let unread = [Atom?](repeating: nil, count: decoder.variableNames.count)
        let decoded = ids.indices.map { $0 < run.settings.firstToken ? unread : decoder.values(mapped.row($0)) }
        let expected = try ExpectedValues(run).values(on: run.task.encoder.atoms(of: ids))
        self.prompt = prompt
        self.layer = layer
        tokens = ids.map { run.student.tokenizer.piece($0) }
        variables = decoder.variableNames.enumerated().map { index, name in
            Variable(name: name, decoded: decoded.map { $0[index] }, expected: expected[index])
        }
        self.raw = raw.values
        (self.mapped, mappedGroups) = decoder.picture(of: mapped)
    }

    /// What `decode --json` prints.
    public var json: JSONValue {
        let values: ([Atom?]) -> JSONValue = { .array($0.map { $0.map(JSONValue.init(atom:)) ?? .null }) }
        return [
            "prompt": .string(prompt), "layer": .integer(layer), "tokens": .array(tokens.map { .string($0) }),
            "variables": .object(
                JSONObject(
                    variables.map {
                        ($0.name, ["decoded": values($0.decoded), "expected": values($0.expected)])
                    })),
            "agreement": .number(agreement),
        ]
    }
}
