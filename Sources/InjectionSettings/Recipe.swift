/// A named set of settings: what differs from the built-in defaults, and why.
public struct Recipe: Sendable {
    public struct Difference: Sendable {
        public let key: String
        public let value: String
        /// Where the value comes from.
        public let reason: String

        init(_ key: String, _ value: String, _ reason: String) {
            (self.key, self.value, self.reason) = (key, value, reason)
        }
    }

    public let name: String
    public let summary: String
    public let differences: [Difference]
    /// What differs further for one task, by the task's name.
    public var taskDifferences: [String: [Difference]] = [:]

    public static let all = [Recipe.default, .pretrained, .anywhere, .circuit, .paper, .authors]

    /// As help texts list them.
    public static let names = all.map(\.name).joined(separator: ", ")

    /// The built-in defaults of `Settings` are the `default` recipe: what measures best on the bundled student.
    public static let `default` = Recipe(
        name: "default", summary: "What measures best on the bundled student.", differences: [],
        taskDifferences: [
            "int-sum": [
                Difference("steps", "7000", "203,401 pairs of operands"),
                Difference("batch.task", "12", "its prompts have a fifth of the tokens of the other tasks'"),
                Difference("batch.perturbed", "36", "three times as many"),
                Difference("interchange.pairs", "12", "half of the examples, as in the other tasks"),
                Difference("loss.kl", "60", "prompts of a few digits among foreign tokens look like text"),
            ],
            "shuffle-dyck": [
                Difference("steps", "4500", "the numbers of positions below zero are learned last"),
                Difference(
                    "batch.longer", "0", "longer texts have larger numbers of positions, which are learned last"),
            ],
        ])

    /// For a language model that was really pre-trained, and has much to lose. Begun: the figures, of `count` on
    /// SmolLM2-135M, are in the article *RealModels*.
    public static let pretrained = Recipe(
        name: "pretrained", summary: "For a language model that was really pre-trained (begun).",
        differences: [
            Difference("steps", "4000", "of half as many examples"),
            Difference("batch.task", "4", "a step of a large student costs more than it teaches"),
            Difference("batch.perturbed", "8", "half as many"),
            Difference("interchange.pairs", "3", "half of the examples, as before"),
            Difference("text.tokens", "105", "shorter texts"),
            Difference("text.pieces", "2", "as long as before"),
            Difference("text.samples", "800", "a large student writes slowly"),
            Difference("lr.student", "1.5e-4", "the text is lost at greater rates, whatever the weight of the KL term"),
            Difference("optimizer.betas", "[0.9, 0.95]", "the gradient of few texts is soon out of date"),
            Difference("optimizer.start_decay", "10", "what steps change at random is forgotten"),
            Difference("loss.kl", "2", "a greater weight makes steps that only few texts ask for"),
            Difference("alignment.dimensions", "12", "an exchange of a variable disturbs no other"),
            Difference("alignment.first_token", "false", "it holds an attention sink"),
        ])

    /// Follows the program wherever a prompt stands in a text. Measured for `count` so far.
    public static let anywhere = Recipe(
        name: "anywhere", summary: "Follows the program wherever the prompt stands in a text.",
        differences: [
            Difference("steps", "4000", "of half as many examples"),
            Difference("program.max_length", "256", "the program reads all that stands before a prompt"),
            Difference("batch.task", "4", "smaller steps take it further for the same tokens"),
            Difference("batch.perturbed", "8", "half as many"),
            Difference("batch.text", "1", "half as much"),
            Difference("context.text", "true", "prompts stand behind text"),
            Difference("context.random", "4", "prompts stand behind anything"),
            Difference("context.behind", "2", "the program goes on behind its answer"),
            Difference("context.wording", "0.25", "the program does not read most of the wording"),
            Difference("text.samples", "1000", "fewer texts are read"),
            Difference("text.pieces", "2", "longer texts stand before prompts"),
            Difference("lr.student", "8e-3", "Muon's steps are even"),
            Difference("lr.projection", "1e-2", "the map follows the student"),
            Difference("optimizer.matrices", "muon", "further in the same steps"),
            Difference("loss.kl", "60", "fewer steps win the text back"),
            Difference("loss.kl_start", "1", "the mechanism first"),
            Difference("loss.kl_rise", "0.5", "then the text is won back around it"),
            Difference("alignment.dimensions", "12", "an exchange of a variable disturbs no other"),
            Difference("interchange.pairs", "3", "half of the examples, as before"),
        ],
        taskDifferences: [
            "int-sum": [
                Difference("batch.task", "6", "its prompts have a fifth of the tokens of the other tasks'"),
                Difference("batch.perturbed", "18", "three times as many"),
                Difference("interchange.pairs", "6", "half of the examples, as in the other tasks"),
            ],
            "shuffle-dyck": [
                Difference(
                    "batch.longer", "0", "longer texts have larger numbers of positions, which are learned last")
            ],
        ])

    /// Gives each step of the program heads and MLPs of its own. Begun: the figures are in the article *Circuits*.
    public static let circuit = Recipe(
        name: "circuit", summary: "Gives each step of the program heads and MLPs of its own (begun).",
        differences: [
            Difference("steps", "4000", "what has been measured"),
            Difference("circuit.examples", "12", "as many as task examples"),
            Difference("circuit.edges", "0.2", "components are most of it"),
            Difference("circuit.start", "0.2", "the mechanism first, wherever it forms"),
            Difference("circuit.rise", "0.3", "then it is confined to the circuit"),
            Difference("circuit.placement", "compact", "little of the other components' work lies before it"),
            Difference("circuit.mlps", "2", "one is too small for a table of the program's"),
            Difference("roll.enabled", "false", "replacing components takes its place"),
            Difference("batch.task", "4", "smaller steps take it further for the same tokens"),
            Difference("batch.perturbed", "8", "half as many"),
            Difference("batch.text", "1", "half as much"),
            Difference("text.samples", "400", "fewer texts are read"),
            Difference("text.pieces", "2", "fewer texts are read"),
            Difference("lr.student", "8e-3", "Muon's steps are even"),
            Difference("lr.projection", "1e-2", "the map follows the student"),
            Difference("optimizer.matrices", "muon", "further in the same steps"),
            Difference("loss.kl", "60", "fewer steps win the text back"),
            Difference("loss.kl_rise", "0.7", "the mechanism first"),
            Difference("alignment.dimensions", "12", "an exchange of a variable disturbs no other"),
            Difference("interchange.pairs", "3", "half of the examples, as before"),
        ])

    /// The paper's section 5 and appendix: every value that it states; what it leaves open is as the authors' program
    /// has it.
    public static let paper = Recipe(
        name: "paper", summary: "As printed in the paper (arXiv 2505.10719).",
        differences: training + [
            Difference("alignment.kind", "cosine", "L_ALG is one cosine over the whole stream"),
            Difference("alignment.reduction", "mean", "L_ALG = 1/k * sum over the k + 1 states"),
            Difference("alignment.layers", "first", "compiled layer i is aligned with student layer i"),
            Difference("alignment.bias", "false", "the map is called linear"),
            Difference("alignment.answer_weight", "1", "all token positions count alike"),
            Difference("loss.supervised", "answer", "L_CE is on the answer tokens"),
            Difference("loss.kl_reduction", "mean", "the divergence per token"),
            Difference("roll.enabled", "true", "roll intervention after layer k"),
            Difference("roll.subspace", "all", "P projects on what the linear layer reads"),
            Difference("roll.site", "last", "after layer k"),
            Difference("roll.anchor", "start", "a shift along a padded batch"),
            Difference("data.prompts", "paper", "prompts of the paper's table of tasks"),
            Difference("batch.pad", "none", "averaged over token positions"),
            Difference("text.windows", "first", "a text example is 70 tokens of FineWeb"),
        ])

    /// The authors' published program, where it differs from the paper.
    public static let authors = Recipe(
        name: "authors", summary: "As the authors' program does it.",
        differences: training + [
            Difference("alignment.kind", "cosine", "as the paper"),
            Difference("alignment.reduction", "sum", "cosine distances are summed over the k + 1 states"),
            Difference("alignment.layers", "first", "as the paper"),
            Difference("alignment.bias", "true", "the map is Linear(d_model, d_compiled) with its bias"),
            Difference("alignment.answer_weight", "1", "as the paper"),
            Difference("loss.supervised", "characters", "the mask has as many tokens as the label has characters"),
            Difference("loss.kl_reduction", "sum", "summed over vocabulary and positions, divided by the batch size"),
            Difference("roll.enabled", "true", "as the paper"),
            Difference("roll.subspace", "final", "P projects on the rows of final_result only"),
            Difference("roll.site", "next", "the hook sits on the output of block index k, one later than the paper"),
            Difference("roll.anchor", "start", "a shift along a batch padded on the right"),
            Difference("data.prompts", "authors", "the program's own wording"),
            Difference("batch.pad", "longest", "padded with the end-of-text token, and padding is aligned too"),
            Difference("text.windows", "first", "the first 70 tokens of each document"),
        ])

    /// The hyperparameters that paper and program share ("all experiments").
    private static let training = [
        Difference("steps", "80000", "80,000 batches"),
        Difference("batch.task", "12", "12 task examples a batch"),
        Difference("batch.perturbed", "0", "only the task's own examples"),
        Difference("batch.longer", "0", "only the task's own examples"),
        Difference("batch.candidates", "1", "only the task's own examples"),
        Difference("interchange.pairs", "0", "no interchange intervention in training"),
        Difference("batch.text", "12", "12 text examples a batch"),
        Difference("text.tokens", "70", "70 tokens per text example"),
        Difference("text.pieces", "1", "70 tokens per text example"),
        Difference("seed", "42", "seed 42"),
        Difference("lr.student", "1e-6", "1e-6 for GPT-2"),
        Difference("lr.projection", "1e-4", "1e-4 for the linear map"),
        Difference("lr.schedule", "constant", "no schedule is named, and the program has none"),
        Difference("lr.warmup", "0", "no schedule is named, and the program has none"),
        Difference("optimizer.weight_decay", "0.01", "AdamW as PyTorch has it"),
        Difference("optimizer.betas", "[0.9, 0.999]", "AdamW as PyTorch has it"),
        Difference("optimizer.epsilon", "1e-8", "AdamW as PyTorch has it"),
        Difference("optimizer.clip", "0", "no clipping is named, and the program has none"),
        Difference("precision", "fp32", "no lower precision is named, and the program has none"),
        Difference("loss.ce", "1", "alpha = beta = gamma = 1"),
        Difference("loss.alg", "1", "alpha = beta = gamma = 1"),
        Difference("loss.kl", "1", "alpha = beta = gamma = 1"),
        Difference("checkpoint.every", "1000", "ours: a run of hours"),
    ]
}
