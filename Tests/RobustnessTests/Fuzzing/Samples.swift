import Basics
import Foundation

/// Small valid documents to mutate.
enum Samples {
    /// The bytes of a safetensors file: a header, and as many bytes of data.
    static func safetensors(header: [UInt8], data: Int, announced: UInt64? = nil) -> [UInt8] {
        let length = announced ?? UInt64(header.count)
        return withUnsafeBytes(of: length.littleEndian) { Array($0) } + header
            + (0..<data).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    }

    /// A header of tensors one after another, and the bytes that they take.
    static func header(_ tensors: [(name: String, type: String, size: Int, shape: [Int])]) -> (
        header: JSONValue, bytes: Int
    ) {
        var members = JSONObject([("__metadata__", ["format": "pt"])])
        var offset = 0
        for tensor in tensors {
            let end = offset + tensor.shape.reduce(tensor.size, *)
            members[tensor.name] = [
                "dtype": .string(tensor.type), "shape": .array(tensor.shape.map { .integer($0) }),
                "data_offsets": [.integer(offset), .integer(end)],
            ]
            offset = end
        }
        return (.object(members), offset)
    }

    static let mixed = header([
        ("a", "F32", 4, [2, 3]), ("b", "F16", 2, [4]), ("c", "BF16", 2, []), ("d", "I64", 8, [1, 1, 2]),
        ("e", "F64", 8, [0, 5]),
    ])

    /// One layer of width 4, with the vocabulary of the 256 bytes and end-of-text.
    static let configuration: JSONValue = [
        "model_type": "gpt2", "vocab_size": 258, "n_positions": 8, "n_ctx": 8, "n_embd": 4, "n_layer": 1, "n_head": 2,
        "n_inner": .null, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5, "eos_token_id": 257,
        "tie_word_embeddings": true,
        "task_specific_params": ["text-generation": ["do_sample": true, "max_length": 50]],
    ]

    static let weights = header([
        ("transformer.wte.weight", "F32", 4, [258, 4]), ("transformer.wpe.weight", "F32", 4, [8, 4]),
        ("transformer.h.0.ln_1.weight", "F32", 4, [4]), ("transformer.h.0.ln_1.bias", "F32", 4, [4]),
        ("transformer.h.0.attn.c_attn.weight", "F32", 4, [4, 12]), ("transformer.h.0.attn.c_attn.bias", "F32", 4, [12]),
        ("transformer.h.0.attn.c_proj.weight", "F32", 4, [4, 4]), ("transformer.h.0.attn.c_proj.bias", "F32", 4, [4]),
        ("transformer.h.0.ln_2.weight", "F32", 4, [4]), ("transformer.h.0.ln_2.bias", "F32", 4, [4]),
        ("transformer.h.0.mlp.c_fc.weight", "F32", 4, [4, 16]), ("transformer.h.0.mlp.c_fc.bias", "F16", 2, [16]),
        ("transformer.h.0.mlp.c_proj.weight", "F32", 4, [16, 4]), ("transformer.h.0.mlp.c_proj.bias", "F32", 4, [4]),
        ("transformer.ln_f.weight", "F32", 4, [4]), ("transformer.ln_f.bias", "BF16", 2, [4]),
    ])

    /// The same of the other family, with a head of its own and heads that share keys.
    static let llamaConfiguration: JSONValue = [
        "model_type": "llama", "vocab_size": 258, "max_position_embeddings": 8, "hidden_size": 4,
        "intermediate_size": 6,
        "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 2, "hidden_act": "silu",
        "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "rope_scaling": .null, "tie_word_embeddings": false,
        "attention_bias": false, "eos_token_id": [257, 0],
        "rope_parameters": ["rope_type": "default", "rope_theta": 500.0],
    ]

    static let llamaWeights = header([
        ("model.embed_tokens.weight", "F32", 4, [258, 4]), ("model.layers.0.input_layernorm.weight", "F32", 4, [4]),
        ("model.layers.0.self_attn.q_proj.weight", "F32", 4, [4, 4]),
        ("model.layers.0.self_attn.k_proj.weight", "BF16", 2, [2, 4]),
        ("model.layers.0.self_attn.v_proj.weight", "F16", 2, [2, 4]),
        ("model.layers.0.self_attn.o_proj.weight", "F32", 4, [4, 4]),
        ("model.layers.0.post_attention_layernorm.weight", "F32", 4, [4]),
        ("model.layers.0.mlp.gate_proj.weight", "F32", 4, [6, 4]),
        ("model.layers.0.mlp.up_proj.weight", "F32", 4, [6, 4]),
        ("model.layers.0.mlp.down_proj.weight", "F32", 4, [4, 6]), ("model.norm.weight", "F32", 4, [4]),
        ("lm_head.weight", "F32", 4, [258, 4]),
    ])

    /// Of a family whose layers have other parts, with queries, keys and values in one tensor and scaled positions.
    static let neoXConfiguration: JSONValue = [
        "model_type": "gpt_neox", "vocab_size": 258, "max_position_embeddings": 8, "hidden_size": 8,
        "intermediate_size": 6, "num_hidden_layers": 1, "num_attention_heads": 2, "hidden_act": "gelu",
        "layer_norm_eps": 1e-5, "rotary_pct": 0.5, "rotary_emb_base": 10000, "use_parallel_residual": true,
        "attention_bias": true, "tie_word_embeddings": false, "eos_token_id": 257,
        "rope_scaling": [
            "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 2, "beta_fast": 32,
            "attention_factor": 1.1,
        ],
    ]

    static let neoXWeights = header([
        ("gpt_neox.embed_in.weight", "F32", 4, [258, 8]),
        ("gpt_neox.layers.0.input_layernorm.weight", "F32", 4, [8]),
        ("gpt_neox.layers.0.input_layernorm.bias", "F32", 4, [8]),
        ("gpt_neox.layers.0.attention.query_key_value.weight", "F16", 2, [24, 8]),
        ("gpt_neox.layers.0.attention.query_key_value.bias", "BF16", 2, [24]),
        ("gpt_neox.layers.0.attention.dense.weight", "F32", 4, [8, 8]),
        ("gpt_neox.layers.0.attention.dense.bias", "F32", 4, [8]),
        ("gpt_neox.layers.0.post_attention_layernorm.weight", "F32", 4, [8]),
        ("gpt_neox.layers.0.post_attention_layernorm.bias", "F32", 4, [8]),
        ("gpt_neox.layers.0.mlp.dense_h_to_4h.weight", "F32", 4, [6, 8]),
        ("gpt_neox.layers.0.mlp.dense_h_to_4h.bias", "F32", 4, [6]),
        ("gpt_neox.layers.0.mlp.dense_4h_to_h.weight", "F32", 4, [8, 6]),
        ("gpt_neox.layers.0.mlp.dense_4h_to_h.bias", "F32", 4, [8]),
        ("gpt_neox.final_layer_norm.weight", "F32", 4, [8]), ("gpt_neox.final_layer_norm.bias", "F32", 4, [8]),
        ("embed_out.weight", "F32", 4, [258, 8]),
    ])

    /// Of a family with learned positions and maps of their own for queries, keys and values.
    static let optConfiguration: JSONValue = [
        "model_type": "opt", "vocab_size": 258, "max_position_embeddings": 8, "hidden_size": 4, "ffn_dim": 6,
        "num_hidden_layers": 1, "num_attention_heads": 2, "activation_function": "relu", "do_layer_norm_before": true,
        "word_embed_proj_dim": 4, "enable_bias": true, "tie_word_embeddings": true, "eos_token_id": 257,
    ]

    static let optWeights = {
        let layer = "model.decoder.layers.0."
        let maps =
            ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj"]
            .map { ($0, [4, 4]) } + [("fc1", [6, 4]), ("fc2", [4, 6])]
        let norms =
            ["self_attn_layer_norm", "final_layer_norm"].map { layer + $0 } + ["model.decoder.final_layer_norm"]
        return header(
            [
                ("model.decoder.embed_tokens.weight", "F32", 4, [258, 4]),
                ("model.decoder.embed_positions.weight", "F16", 2, [10, 4]),
            ]
                + maps.flatMap { name, shape in
                    [("\(layer)\(name).weight", "F32", 4, shape), ("\(layer)\(name).bias", "BF16", 2, [shape[0]])]
                }
                + norms.flatMap { [("\($0).weight", "F32", 4, [4]), ("\($0).bias", "F32", 4, [4])] })
    }()

    /// The symbol of each byte, as GPT-2 spells it: the printable ones stand for themselves.
    static let byteSymbols: [String] = {
        var next: UInt32 = 256
        return (0..<256).map { byte in
            let printable = (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
            var value = UInt32(byte)
            if !printable { (value, next) = (next, next + 1) }
            return Unicode.Scalar(value).map { String(Character($0)) } ?? ""
        }
    }()

    static let vocabulary = JSONObject(
        (byteSymbols + ["he", "<|endoftext|>"]).enumerated().map { ($1, .integer($0)) })

    static let tokenizer: JSONValue = [
        "version": "1.0", "truncation": .null, "padding": .null,
        "added_tokens": [
            [
                "id": 257, "content": "<|endoftext|>", "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": true,
                "special": true,
            ]
        ],
        "normalizer": .null,
        "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true],
        "post_processor": .null, "decoder": ["type": "ByteLevel"],
        "model": [
            "type": "BPE", "dropout": .null, "unk_token": .null, "byte_fallback": false, "vocab": .object(vocabulary),
            "merges": ["h e"],
        ],
    ]

    static let prose =
        "The quick brown fox.\nAnswer: 3 of 12, na\u{EF}ve \u{1F98A}\n\nNext\tline \u{2028} end<|endoftext|>"
}
