import BasicTestSupport
import Basics
import LanguageModels
import TensorCore
import Testing

/// What the families after Llama read of `config.json`, and scaled rotary positions.
@Suite struct FamilyConfigurationTests {
    private static let sizes: [(String, JSONValue)] = [
        ("vocab_size", 61), ("max_position_embeddings", 64), ("hidden_size", 32), ("intermediate_size", 80),
        ("num_hidden_layers", 2), ("num_attention_heads", 4),
    ]

    private func read<Family: DecoderFamily>(
        _ family: Family.Type, _ changes: (String, String)...
    ) throws -> DecoderConfiguration<Family> {
        var json = JSONObject([("model_type", .string(Family.modelType))] + Self.sizes)
        for (key, value) in changes { json[key] = try JSONParser.parse(value) }
        let read = try DecoderConfiguration<Family>(json, at: "config.json")
        // What is written says the same.
        let again = try DecoderConfiguration<Family>(try #require(read.json.object), at: "config.json")
        #expect(again.shape == read.shape)
        return read
    }

    @Test func qwen2IsLlamaWithBiases() throws {
        let plain = try read(Qwen2.self, ("num_key_value_heads", "2"), ("rope_theta", "1e6"), ("use_mrope", "false"))
        #expect(plain.shape.biases == .projections && plain.keyValueHeads == 2 && plain.headWidth == 8)
        #expect(plain.shape.rotary == RotaryPositions(theta: 1e6) && plain.otherKeys["use_mrope"] == false)
        #expect(
            plain.tensors(ofLayer: 0).map(\.name).prefix(7) == [
                "layers.0.input_layernorm.weight", "layers.0.self_attn.q_proj.weight", "layers.0.self_attn.q_proj.bias",
                "layers.0.self_attn.k_proj.weight", "layers.0.self_attn.k_proj.bias",
                "layers.0.self_attn.v_proj.weight",
                "layers.0.self_attn.v_proj.bias",
            ])
    }

    /// A window counts where it is switched on, reaches a layer and is shorter than the context.
    @Test func windowsAreHonouredOrRefused() throws {
        _ = try read(Qwen2.self, ("sliding_window", "16"), ("use_sliding_window", "false"))
        _ = try read(Qwen2.self, ("sliding_window", "16"), ("use_sliding_window", "true"))
        _ = try read(Qwen3.self, ("sliding_window", "64"), ("use_sliding_window", "true"), ("max_window_layers", "0"))
        _ = try read(Llama.self, ("layer_types", #"["full_attention", "full_attention"]"#))
        for changes in [
            [("sliding_window", "16"), ("use_sliding_window", "true"), ("max_window_layers", "1")],
            [("layer_types", #"["full_attention", "sliding_attention"]"#)], [("layer_types", #"["linear_attention"]"#)],
        ] {
            let failure = try #require(
                failure {
                    var json = JSONObject([("model_type", "qwen2")] + Self.sizes)
                    for (key, value) in changes { json[key] = try JSONParser.parse(value) }
                    _ = try Qwen2Configuration(json, at: "config.json")
                })
            #expect(failure.kind == .badData && failure.message.contains(changes[0].0), "\(failure.message)")
        }
    }

    @Test func qwen3HasNormsAndWidthsOfItsHeads() throws {
        let plain = try read(Qwen3.self)
        #expect(plain.headWidth == 128 && plain.shape.normalizesHeads && plain.shape.biases == [])
        let norms = plain.tensors(ofLayer: 1).filter { $0.shape == [128] }.map(\.spellings[0])
        #expect(norms == ["model.layers.1.self_attn.q_norm.weight", "model.layers.1.self_attn.k_norm.weight"])
        #expect(try read(Qwen3.self, ("head_dim", "6"), ("attention_bias", "true")).shape.biases == .attention)
    }

    @Test func neoXIsParallelOrNot() throws {
        let plain = try read(GPTNeoX.self)
        #expect(plain.hasParallelMLP && plain.shape.activation == .gelu && plain.shape.biases == [.attention, .mlp])
        #expect(plain.shape.rotary == RotaryPositions(share: 0.25) && plain.headName == "embed_out.weight")
        let other = try read(
            GPTNeoX.self, ("use_parallel_residual", "false"), ("hidden_act", #""gelu_fast""#),
            ("attention_bias", "false"), ("rotary_pct", "1.0"), ("rotary_emb_base", "500"))
        #expect(!other.hasParallelMLP && other.shape.activation == .tanhGELU && other.shape.biases == .mlp)
        #expect(other.shape.rotary == RotaryPositions(theta: 500) && other.json["hidden_act"] == "gelu_fast")
    }

    @Test(arguments: [
        ("rotary_pct", "0"), ("rotary_pct", "0.4"), ("rotary_pct", "1.5"), ("hidden_act", #""quick_gelu""#),
        ("layer_norm_eps", "2"), ("use_parallel_residual", "1"), ("num_attention_heads", "5"),
    ])
    func otherNeoXsAreRefused(key: String, value: String) throws {
        var json = JSONObject([("model_type", "gpt_neox")] + Self.sizes)
        json[key] = try JSONParser.parse(value)
        let failure = try #require(failure { _ = try GPTNeoXConfiguration(json, at: "config.json") })
        #expect(failure.kind == .badData && failure.message.contains(key), "\(failure.message)")
    }

    private static let sizesOfOPT: [(String, JSONValue)] =
        [("ffn_dim", 96)] + sizes.filter { $0.0 != "intermediate_size" }

    @Test func optCountsPositionsFromItsThirdRow() throws {
        let plain = try read(OPT.self, ("ffn_dim", "96"), ("word_embed_proj_dim", "32"), ("init_std", "0.01"))
        #expect(plain.innerWidth == 96 && plain.shape.isTied && plain.shape.activation == .relu)
        #expect(plain.shape.biases == [.attention, .mlp] && plain.otherKeys["init_std"] == 0.01)
        #expect(
            plain.tensorsBeforeLayers.map(\.spellings[0])
                == ["model.decoder.embed_tokens.weight", "model.decoder.embed_positions.weight"])
        #expect(plain.tensorsBeforeLayers.map(\.shape) == [[61, 32], [66, 32]])
        let other = try read(
            OPT.self, ("ffn_dim", "80"), ("enable_bias", "false"), ("tie_word_embeddings", "false"),
            ("activation_function", #""gelu""#))
        #expect(other.shape.biases == [] && !other.shape.isTied && other.shape.activation == .gelu)
    }

    @Test(arguments: [
        ("do_layer_norm_before", "false"), ("_remove_final_layer_norm", "true"),
        ("layer_norm_elementwise_affine", "false"), ("word_embed_proj_dim", "16"), ("enable_bias", "1"),
        ("activation_function", #""tanh""#), ("ffn_dim", "null"),
    ])
    func otherOPTsAreRefused(key: String, value: String) throws {
        var json = JSONObject([("model_type", "opt")] + Self.sizesOfOPT)
        json[key] = try JSONParser.parse(value)
        let failure = try #require(failure { _ = try OPTConfiguration(json, at: "config.json") })
        #expect(failure.kind == .badData && failure.message.contains(key), "\(failure.message)")
    }

    /// Of four pairs, with base 10,000: frequencies 1, 0.1, 0.01 and 0.001.
    @Test func frequenciesAreScaledByTheirFormulas() {
        func frequencies(_ scaling: RotaryScaling) -> [Double] {
            RotaryPositions(scaling: scaling).frequencies(headWidth: 8).values
        }
        func expect(_ values: [Double], _ expected: [Double]) {
            #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-12 * $1 }, "\(values)")
        }
        expect(frequencies(.none), [1, 0.1, 0.01, 0.001])
        expect(frequencies(.dynamic(factor: 4)), [1, 0.1, 0.01, 0.001])
        expect(frequencies(.linear(factor: 4)), [0.25, 0.025, 0.0025, 0.00025])
        // In 125 positions the pairs turn 19.9, 1.99, 0.199 and 0.0199 times; between once and four times both are mixed.
        let turns = 125 * 0.1 / (2 * Double.pi)
        let kept = (turns - 1) / 3
        expect(
            frequencies(.llama3(factor: 8, lowFactor: 1, highFactor: 4, originalContext: 125)),
            [1, 0.1 * (kept + (1 - kept) / 8), 0.01 / 8, 0.001 / 8])
        // The pair that turns 32 times in 125 positions is before the first one, and the one that turns once is 1.299:
        // from pair 0 to pair 2, rounded outwards, frequencies are slowed down more and more.
        let yarn = RotaryPositions(
            scaling: .yarn(factor: 4, fast: 32, slow: 1, originalContext: 125, attention: 1.5, truncates: true)
        ).frequencies(headWidth: 8)
        expect(yarn.values, [1, 0.1 * (0.5 + 0.5 / 4), 0.01 / 4, 0.001 / 4])
        #expect(yarn.scale == 1.5)
    }

    @Test func scalingsAreReadFromBothPlaces() throws {
        let section = #"{"type": "linear", "factor": 4.0}"#
        let old = try read(Llama.self, ("rope_scaling", section), ("rope_theta", "500"))
        #expect(old.shape.rotary == RotaryPositions(theta: 500, scaling: .linear(factor: 4)))
        let new = try read(
            Llama.self,
            (
                "rope_parameters",
                #"{"rope_type": "yarn", "rope_theta": 500, "factor": 4, "original_max_position_embeddings": 16}"#
            ))
        #expect(
            new.shape.rotary?.scaling
                == .yarn(
                    factor: 4, fast: 32, slow: 1, originalContext: 16, attention: 1.1386294361119891, truncates: true))
        let both = try read(Llama.self, ("rope_scaling", section), ("rope_parameters", #"{"rope_theta": 3}"#))
        #expect(both.shape.rotary == RotaryPositions(scaling: .linear(factor: 4)))
    }

    @Test(arguments: [
        (#"{"rope_type": "linear"}"#, "factor"), (#"{"rope_type": "linear", "factor": 0.5}"#, "factor"),
        (#"{"rope_type": "linear", "factor": "4"}"#, "factor"), (#"{"rope_type": "longrope"}"#, "longrope"),
        (
            #"{"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4}"#, "low_freq_factor"
        ), (#"{"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 0}"#, "original_max"),
        (#"{"rope_type": "yarn", "factor": 4, "attention_factor": -1}"#, "attention_factor"),
        (#"{"partial_rotary_factor": 0.5}"#, "partial_rotary_factor"),
    ])
    func otherScalingsAreRefused(section: String, name: String) throws {
        var json = JSONObject([("model_type", "llama")] + Self.sizes)
        json["rope_parameters"] = try JSONParser.parse(section)
        let failure = try #require(failure { _ = try LlamaConfiguration(json, at: "config.json") })
        #expect(failure.kind == .badData, "\(failure.message)")
        #expect(failure.message.contains("rope_parameters.") && failure.message.contains(name), "\(failure.message)")
    }

    /// A family whose mathematics is known takes a file: its layer norms, gates and partly turned heads are there.
    @Test func aFurtherFamilyIsOneFile() throws {
        let read = try read(StableLM.self, ("use_qkv_bias", "true"), ("partial_rotary_factor", "0.5"))
        #expect(read.shape.rotary?.share == 0.5 && read.shape.biases == .projections)
        let model = read.model(seed: 1)
        let tape = Tape(arena: Arena(), recording: false)
        let logits = model.logits(tape, model.forward(tape, PackedBatch([[1, 2, 3]]))).value
        #expect(logits.values.allSatisfy { $0.isFinite })
    }
}
