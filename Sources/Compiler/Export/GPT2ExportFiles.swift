import Basics

/// What stands beside the weights of an exported model.
struct GPT2ExportFiles {
    let geometry: GPT2Geometry
    private var bos: JSONValue { .string(geometry.tokenTexts[geometry.bosToken]) }

    init(_ geometry: GPT2Geometry) { self.geometry = geometry }

    var configuration: JSONValue {
        let model = geometry.model
        return .object(
            JSONObject([
                ("architectures", .array([.string("GPT2LMHeadModel")])), ("model_type", "gpt2"),
                ("vocab_size", .integer(geometry.tokenTexts.count)), ("n_positions", .integer(model.maxLength + 1)),
                ("n_ctx", .integer(model.maxLength + 1)), ("n_embd", .integer(geometry.width)),
                ("n_layer", .integer(max(model.layerCount, 1))), ("n_head", .integer(geometry.heads)),
                ("n_inner", .integer(geometry.hidden)), ("activation_function", "gelu_new"),
                ("layer_norm_epsilon", .number(GPT2Export.epsilon)), ("scale_attn_weights", true),
                ("scale_attn_by_inverse_layer_idx", false), ("tie_word_embeddings", true),
                ("attn_pdrop", .number(0)), ("embd_pdrop", .number(0)), ("resid_pdrop", .number(0)),
                ("bos_token_id", .integer(geometry.bosToken)), ("eos_token_id", .integer(geometry.undefinedToken)),
                ("torch_dtype", "float32"),
            ]))
    }

    /// Whole words between blanks; BOS comes by itself.
    var tokenizer: JSONValue {
        let names = geometry.tokenTexts
        let special = { (number: Int) -> JSONValue in
            .object(
                JSONObject([
                    ("id", .integer(number)), ("content", .string(names[number])), ("single_word", false),
                    ("lstrip", false), ("rstrip", false),
                    ("normalized", false), ("special", true),
                ]))
        }
        let bosPiece: JSONValue = .object(
            JSONObject([("SpecialToken", .object(JSONObject([("id", bos), ("type_id", .integer(0))])))]))
        let sequence = { (name: String) -> JSONValue in
            .object(JSONObject([("Sequence", .object(JSONObject([("id", .string(name)), ("type_id", .integer(0))])))]))
        }
        return .object(
            JSONObject([
                ("version", "1.0"), ("truncation", .null), ("padding", .null),
                ("added_tokens", .array([special(geometry.bosToken), special(geometry.undefinedToken)])),
                ("normalizer", .null),
                ("pre_tokenizer", .object(JSONObject([("type", "WhitespaceSplit")]))),
                (
                    "post_processor",
                    .object(
                        JSONObject([
                            ("type", "TemplateProcessing"), ("single", .array([bosPiece, sequence("A")])),
                            ("pair", .array([bosPiece, sequence("A"), sequence("B")])),
                            (
                                "special_tokens",
                                .object(
                                    JSONObject([
                                        (
                                            names[geometry.bosToken],
                                            .object(
                                                JSONObject([
                                                    ("id", bos), ("ids", .array([.integer(geometry.bosToken)])),
                                                    ("tokens", .array([bos])),
                                                ]))
                                        )
                                    ]))
                            ),
                        ]))
                ),
                ("decoder", .null),
                (
                    "model",
                    .object(
                        JSONObject([
                            ("type", "WordLevel"),
                            ("vocab", .object(JSONObject(names.enumerated().map { ($1, .integer($0)) }))),
                            ("unk_token", .string(names[geometry.undefinedToken])),
                        ]))
                ),
            ]))
    }

    var tokenizerConfiguration: JSONValue {
        .object(
            JSONObject([
                ("tokenizer_class", "PreTrainedTokenizerFast"), ("bos_token", bos),
                ("unk_token", .string(geometry.tokenTexts[geometry.undefinedToken])),
                ("clean_up_tokenization_spaces", false),
                ("model_max_length", .integer(geometry.model.maxLength + 1)),
            ]))
    }

    var labels: JSONValue {
        .object(
            JSONObject([
                ("residual_stream", .array(geometry.labels.map(JSONValue.string))),
                ("normalization_error", .number(geometry.normalizationError)),
                ("activation_error", .number(0.17 / Double(GPT2Export.sharpness))),
            ]))
    }
}
