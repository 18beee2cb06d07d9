/// The protocol by which a suite measures what the student has kept of the original.
public enum RetentionProtocol: String, Sendable, CaseIterable {
    /// Perplexity over all tokens; LAMBADA, SST-2 and MRPC as `lm-eval`.
    case corpus
    /// As the paper and its authors' program: see `Perplexity`, `Lambada` and `BinaryChoice`.
    case paper
    /// As the Language Model Evaluation Harness; perplexity as `corpus`.
    case lmEval = "lm-eval"

    package var perplexity: PerplexityProtocol { self == .paper ? .paper : .corpus }
    /// What results of the harness's tasks are labelled with.
    package var choice: RetentionProtocol { self == .paper ? .paper : .lmEval }
}
