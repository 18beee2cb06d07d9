import Basics
import Foundation

/// Perplexity of texts that the original student wrote before the training and that were kept out of it.
public struct SampledTextResult: SuiteResult {
    public var texts: Int
    public var perplexity: Perplexity
    /// nil where the original is not there.
    public var original: Double?

    /// How much more than the original the student loses on a token, in nats. As the original drew the texts from
    /// its own distribution, this estimates KL(original || student), which the term L_KL of the loss keeps small.
    public var divergence: Double? { original.map { log(perplexity.value / $0) } }

    public var json: JSONValue {
        [
            "perplexity": .measure(perplexity.value), "tokens": .integer(perplexity.tokens), "texts": .integer(texts),
            "original_perplexity": .measure(original), "divergence": .measure(divergence),
        ]
    }

    init(texts: Int, perplexity: Perplexity, original: Double?) {
        (self.texts, self.perplexity, self.original) = (texts, perplexity, original)
    }

    public init?(_ json: JSONValue) {
        guard let perplexity = Perplexity(json), let texts = json["texts"]?.count else { return nil }
        self.init(texts: texts, perplexity: perplexity, original: json["original_perplexity"]?.number)
    }
}
