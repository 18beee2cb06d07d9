extension Settings {
    public static let keys = experimentKeys + circuitKeys + storageKeys

    private static let experimentKeys: [SettingKey<Settings>] = [
        .init(
            "student", .text(\.student),
            "The model to inject into: tiny (bundled), or the Hugging Face folder of a GPT-2, Llama, Qwen, GPT-NeoX or OPT."
        ),
        .init(
            "task", .text(\.task),
            "The algorithm: count, int-sum, shuffle-dyck, or a task file of your own."),
        .choice(
            "method", \.method,
            "tracr: the method; finetune: the baseline without alignment and roll."),
        .init(
            "recipe",
            .choice(
                Recipe.all.map(\.name), get: { $0.recipe }, set: { $0.recipe = $1 }),
            "Where the settings below start from: \(Recipe.names)."),
        .init(
            "seed", .integer(\.seed, 0...Int.max),
            "Decides examples, their order, sampled text and initial projection."),
        .init(
            "threads", .integer(\.threads, 0...4_096),
            "Threads of computation; 0: as many as there are cores."),
        .choice(
            "precision", \.precision,
            "Arithmetic of the matrix products; auto: bf16 where the processor multiplies it faster (AMX, or AVX512-BF16 of AMD)."
        ),
        .init(
            "steps", .integer(\.steps, 0...Int.max),
            "Training steps; 0 writes the run with its initial projection and stops."),

        .init(
            "program.max_length", .integer(\.program.maxLength, 0...65_536),
            "Tokens of the longest text that the program is compiled for, at most the student's context; 0: of the longest example."
        ),
        .init(
            "program.file", .optionalText(\.program.file),
            "A RASP program that computes the task's answers in another way; null: the task's own."),

        .init("batch.task", .integer(\.batch.task, 1...65_536), "Task examples a step."),
        .init(
            "batch.perturbed", .integer(\.batch.perturbed, 0...65_536),
            "Task examples a step with other tokens put in and the compiled model's answer (method tracr; not with data.file)."
        ),
        .init(
            "batch.longer", .integer(\.batch.longer, 0...65_536),
            "Tokens by which a perturbed example may be longer than the task's longest; the program is compiled for that length."
        ),
        .init(
            "batch.candidates", .integer(\.batch.candidates, 1...64),
            "Perturbed examples drawn for each second one that is kept: the one that reaches the rarest values of the program's variables."
        ),
        .init("batch.text", .integer(\.batch.text, 0...65_536), "Text windows a step (for the KL term)."),
        .choice(
            "batch.pad", \.batch.pad,
            "longest: pad task examples with the end-of-text token to the longest of the task, as the authors do."),
        .init(
            "batch.shards", .integer(\.batch.shards, 0...65_536),
            "Parts that a step is computed in, between which nothing is rolled or exchanged; 0: one a rank, and one a thread for small\n"
                + "students."),

        .init(
            "context.text", .flag(\.context.text),
            "Whether the texts of a step stand before task examples, one before each as far as both fit into the student's context."
        ),
        .init(
            "context.random", .integer(\.context.random, 0...65_536),
            "Task examples a step behind random tokens of the student's (method tracr; not with data.file)."),

        .init(
            "context.behind", .integer(\.context.behind, 0...65_536),
            "Task examples a step that random tokens of the student's stand behind, for the alignment there (method tracr; not with\n"
                + "data.file)."),
        .init(
            "context.wording", .real(\.context.wording, .unit),
            "Share of the perturbed examples whose wording is perturbed as well, everything but the last token."),

        .init(
            "text.file", .optionalText(\.text.file),
            "Plain text, or JSON (see text.format); null: text sampled from the student before training."),
        .choice(
            "text.format", \.text.format,
            "plain: the file is text; jsonl: each line is an object with a field text; json: an array of such objects, or of strings;\n"
                + "auto: by the file's name (.jsonl, .ndjson, .json), else JSON lines where the whole first line is an object."
        ),
        .init("text.tokens", .integer(\.text.tokens, 2...65_536), "Tokens of a text window."),
        .choice(
            "text.windows", \.text.windows,
            "stream: windows follow each other through the whole text, documents joined by the end-of-text token;\n"
                + "first: the first window of each document (a JSON line, or a line of plain text) only."),
        .init(
            "text.pieces", .integer(\.text.pieces, 1...65_536),
            "Texts that a window is cut into, at random places; 1: a window is one text. The student keeps to the original in short texts\n"
                + "as far as it sees some."),
        .init(
            "text.samples", .integer(\.text.samples, 1...10_000_000),
            "Windows sampled from the student where text.file is null; fewer where the run's steps read fewer."),
        .init(
            "text.held_out", .integer(\.text.heldOut, 0...1_000_000),
            "Further sampled windows that are kept out of training, for perplexity."),

        .init(
            "data.file", .optionalText(\.data.file),
            "JSON lines {\"prompt\", \"answer\"} to train on; null: the task's generator."),
        .init("data.shuffle", .flag(\.data.shuffle), "false: data.file in its own order, pass after pass."),
        .choice("data.prompts", \.data.prompts, "Wording of the built-in tasks' prompts."),
        .init(
            "data.check", .integer(\.data.check, 1...Int.max),
            "Examples run through the compiled model before training (all of data.file where it has fewer)."),

        .init("lr.student", .real(\.lr.student, .nonNegative), "Peak learning rate of the student."),
        .init("lr.projection", .real(\.lr.projection, .nonNegative), "Peak learning rate of the projection."),
        .choice("lr.schedule", \.lr.schedule, "Course of both learning rates after the warm-up."),
        .init("lr.warmup", .integer(\.lr.warmup, 0...Int.max), "Steps of linear warm-up."),
        .init("lr.floor", .real(\.lr.floor, .unit), "Share of the peak that a decaying schedule ends at."),

        .matrices, .weightDecay, .startDecay, .betas, .epsilon, .clip, .gradients, .sharded,

        .init("loss.ce", .real(\.loss.ce, .nonNegative), "alpha, weight of the answers' cross-entropy."),
        .init("loss.alg", .real(\.loss.alg, .nonNegative), "beta, weight of the alignment."),
        .init("loss.kl", .real(\.loss.kl, .nonNegative), "gamma, weight of the KL divergence on text."),
        .init(
            "loss.kl_start", .real(\.loss.klStart, .positive),
            "Weight of the KL divergence at the first step, where it is to rise (see loss.kl_rise); at most loss.kl counts."
        ),
        .init(
            "loss.kl_rise", .real(\.loss.klRise, .unit),
            "Share of the steps over which the weight of the KL divergence rises geometrically to loss.kl: the mechanism is learned\n"
                + "first, and the text that this has cost is won back around it. 0: the whole weight from the first step on."
        ),
        .choice(
            "loss.supervised", \.loss.supervised,
            "Tokens under cross-entropy: the answer's; the answer's and the end-of-text token after it;\n"
                + "or as many tokens as the answer has characters, as the authors do."),
        .choice(
            "loss.kl_reduction", \.loss.klReduction,
            "mean over all text tokens, or sum over a window's tokens and mean over windows."),

        .choice(
            "alignment.kind", \.alignment.kind,
            "cosine: one cosine between mapped and compiled residual stream;\n"
                + "per-variable: a softmax over each variable's directions."),
        .choice(
            "alignment.reduction", \.alignment.reduction,
            "Over the k + 1 aligned states: the paper's sum times 1/k, or the plain sum."),
        .init(
            "alignment.layers", layers,
            "Student layers that carry the compiled states 0 to k: first (layers 0 to k), spread (evenly over the first 5/6),\n"
                + "or k + 1 layers in a list, such as [0, 4, 8]."),
        .init("alignment.bias", .flag(\.alignment.bias), "Whether the projection has a bias."),
        .init(
            "alignment.answer_weight", .real(\.alignment.answerWeight, .positive),
            "Weight of the positions that predict the answer in the alignment, others having 1."),
        .init(
            "alignment.first_token", .flag(\.alignment.firstToken),
            "Whether a text's first token is aligned, rolled and exchanged as the others are. Models that were pre-trained for long\n"
                + "keep an activation there that is a hundred times as large (an attention sink); false leaves it as it is."
        ),

        .init(
            "alignment.dimensions", .integer(\.alignment.dimensions, 0...4_096),
            "Dimensions of a variable's subspace in the student's stream, at most; subspaces of different variables are orthogonal.\n"
                + "0: a free linear map, in which a variable takes as many dimensions as it has values. Cosine alignment has 0 always."
        ),

        .init("roll.enabled", .flag(\.roll.enabled), "Exchange the complement of the subspace between examples."),
        .choice("roll.subspace", \.roll.subspace, "The subspace that stays: the output variable's rows, or all rows."),
        .choice(
            "roll.site", \.roll.site,
            "Where the roll acts: on the last aligned state, or on the output of the block after it (next); each: on every aligned state\n"
                + "in turn, one a step, where all variables stay that the program has computed by then."),
        .choice(
            "roll.anchor", \.roll.anchor,
            "Which token of the other example gives its complement: same place from the start, or from where the answer begins."
        ),

        .init(
            "interchange.pairs", .integer(\.interchange.pairs, 0...32_768),
            "Pairs of task examples a step between which one variable's subspace is exchanged; states and answer are then to be\n"
                + "the compiled model's after the same exchange (method tracr)."),
    ]

    /// What a run keeps in memory and on disk.
    private static let storageKeys: [SettingKey<Settings>] = [
        .init(
            "memory.recompute", .flag(\.memory.recompute),
            "Keep one activation a layer and compute the others again in the backward pass: less memory, same bits, a quarter more time."
        ),
        .choice(
            "memory.moments", \.memory.moments,
            "AdamW's moments of the student; bf16, rounded at random, takes half the memory."),
        .choice(
            "memory.original", \.memory.original,
            "The frozen original, for the KL term; bf16 takes half the memory."),

        .init(
            "checkpoint.every", .integer(\.checkpoint.every, 0...Int.max),
            "Steps between checkpoints; 0: only at the end or when interrupted."),
        .init("checkpoint.keep_last", .integer(\.checkpoint.keepLast, 1...1_000_000), "Newest checkpoints kept."),
        .init(
            "checkpoint.keep_every", .integer(\.checkpoint.keepEvery, 0...Int.max),
            "Checkpoints whose step is a multiple of this are kept for good; 0: none."),
    ]

    /// `first`, `spread`, or a list of layers.
    private static let layers = SettingKey<Settings>.Kind.custom(
        "first, spread, or a rising list of student layers, such as [0, 4, 8]",
        get: { settings in
            switch settings.alignment.layers {
            case .first: "first"
            case .spread: "spread"
            case .at(let layers): "[\(layers.map(String.init).joined(separator: ", "))]"
            }
        },
        accept: { value, settings in
            switch value {
            case .scalar("first"): settings.alignment.layers = .first
            case .scalar("spread"): settings.alignment.layers = .spread
            case .list(let items):
                let layers = items.compactMap { Int($0) }
                guard !items.isEmpty, layers.count == items.count, layers.allSatisfy({ (0...4_096).contains($0) }),
                    zip(layers, layers.dropFirst()).allSatisfy({ $0 < $1 })
                else { return false }
                settings.alignment.layers = .at(layers)
            case .scalar, .null, .mapping: return false
            }
            return true
        })
}
