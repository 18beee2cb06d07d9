import InjectionSettings

extension PretrainSettings: KeyedSettings {
    package static let command = "pretrain"

    package static let keys: [SettingKey<PretrainSettings>] = [
        .init("model.layers", .integer(\.model.layers, 1...1_000), "Layers of the model."),
        .init("model.width", .integer(\.model.width, 1...65_536), "Width of the residual stream."),
        .init("model.heads", .integer(\.model.heads, 1...65_536), "Heads of a layer; they divide the width."),
        .init("model.context", .integer(\.model.context, 2...65_536), "Longest sequence, in tokens."),
        // Room for the bytes, for every printable character with a leading space, and for end-of-text.
        .init(
            "model.vocabulary", .integer(\.model.vocabulary, 512...1 << 20),
            "Tokens in the vocabulary: the 256 bytes, end-of-text, and learned merges."),

        .choice(
            "text.format", \.text.format,
            "How the text files hold their documents, the held-out one included: plain, jsonl, json, or auto, by the name."
        ),

        .init("batch.sequences", .integer(\.batch.sequences, 1...65_536), "Sequences a step."),
        .init(
            "batch.tokens", .integer(\.batch.tokens, 2...65_536), "Tokens of a sequence; at most the model's context."),

        .init("steps", .integer(\.steps, 0...1 << 40), "Training steps."),

        .init("lr.peak", .real(\.lr.peak, .positive), "Peak learning rate."),
        .init("lr.warmup", .integer(\.lr.warmup, 0...Int.max), "Steps of linear warm-up; a cosine decay follows."),
        .init("lr.floor", .real(\.lr.floor, .unit), "Share of the peak that the decay ends at."),

        .matrices, .weightDecay, .betas, .epsilon, .clip, .gradients, .sharded,

        .init("checkpoint.every", .integer(\.checkpoint.every, 1...Int.max), "Steps between checkpoints."),

        .init(
            "heldout.file", .optionalText(\.heldout.file),
            "A file of its own that is never trained on; null: no held-out loss is measured."),
        .init(
            "heldout.every", .integer(\.heldout.every, 1...Int.max),
            "Steps between two measurements of the held-out loss."),

        .init("seed", .integer(\.seed, 0...Int.max), "Decides the initial weights and the windows drawn."),
        .init("threads", .integer(\.threads, 0...1_024), "Threads of computation; 0: as many as there are cores."),
        .init("output", .text(\.output), "The run directory."),
    ]

    package func conflict() -> (key: String, expectation: String)? {
        if model.width % model.heads != 0 {
            return ("model.heads", "a divisor of model.width, which is \(model.width)")
        }
        if batch.tokens > model.context { return ("batch.tokens", "at most model.context, which is \(model.context)") }
        return optimizerConflict
    }
}
