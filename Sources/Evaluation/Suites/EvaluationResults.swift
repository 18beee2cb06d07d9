import Basics

/// What an evaluation has measured, suite by suite, in the order of measuring.
public struct EvaluationResults: Sendable {
    public typealias Suite = ModelEvaluation.Suite

    private var measured: [(suite: Suite, result: any SuiteResult)] = []

    public init() {}

    public var suites: [Suite] { measured.map(\.suite) }

    public var task: Accuracy? { result(of: .task) }
    public var data: Accuracy? { result(of: .data) }
    public var decoding: DecodingResult? { result(of: .decoding) }
    public var perturbed: PerturbedResult? { result(of: .perturbed) }
    public var outOfDistribution: OutOfDistributionResult? { result(of: .ood) }
    public var causality: Causality? { result(of: .causality) }
    public var interchange: Interchange? { result(of: .interchange) }
    public var controls: ControlsResult? { result(of: .controls) }
    public var circuit: CircuitCertificate? { result(of: .circuit) }
    public var context: ContextResult? { result(of: .context) }
    public var perplexity: PerplexityResult? { result(of: .perplexity) }
    public var sampled: SampledTextResult? { result(of: .sampled) }

    /// The result of one of the public tasks: `lambada`, `sst2` or `mrpc`.
    public func retained(_ suite: Suite) -> RetainedResult? { result(of: suite) }

    private func result<Result: SuiteResult>(of suite: Suite) -> Result? {
        measured.first { $0.suite == suite }?.result as? Result
    }

    /// The type of a suite's result.
    private static func type(of suite: Suite) -> any SuiteResult.Type {
        switch suite {
        case .task, .data: Accuracy.self
        case .decoding: DecodingResult.self
        case .perturbed: PerturbedResult.self
        case .ood: OutOfDistributionResult.self
        case .causality: Causality.self
        case .interchange: Interchange.self
        case .controls: ControlsResult.self
        case .circuit: CircuitCertificate.self
        case .context: ContextResult.self
        case .perplexity: PerplexityResult.self
        case .sampled: SampledTextResult.self
        case .lambada, .sst2, .mrpc: RetainedResult.self
        }
    }

    /// Takes the result of a suite, in the place of an earlier one.
    mutating func add(_ suite: Suite, _ result: any SuiteResult) {
        precondition(Swift.type(of: result) == Self.type(of: suite), "a result of another suite")
        if let index = measured.firstIndex(where: { $0.suite == suite }) {
            measured[index].result = result
        } else {
            measured.append((suite, result))
        }
    }

    /// Takes all results of another evaluation, in the place of earlier ones.
    package mutating func add(_ other: EvaluationResults) {
        for (suite, result) in other.measured { add(suite, result) }
    }

    /// The results of these suites, in this order, as far as they were measured.
    package func only(_ suites: [Suite]) -> EvaluationResults {
        var results = EvaluationResults()
        for suite in suites {
            if let found = measured.first(where: { $0.suite == suite }) { results.add(suite, found.result) }
        }
        return results
    }

    /// The object `suites` of `eval --json`.
    public var json: JSONValue { .object(JSONObject(measured.map { ($0.suite.rawValue, $0.result.json) })) }

    /// Reads what `json` was written to; a suite that is unknown, or whose result no measurement could have given,
    /// is left out.
    package init(_ json: JSONValue) {
        for (name, value) in json.object?.members ?? [] {
            guard let suite = Suite(rawValue: name), let result = Self.type(of: suite).init(value) else { continue }
            add(suite, result)
        }
    }
}
