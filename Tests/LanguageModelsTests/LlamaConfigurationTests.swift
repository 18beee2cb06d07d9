import BasicTestSupport
import Basics
import LanguageModels
import Testing

@Suite struct LlamaConfigurationTests {
    private let valid = JSONObject([
        ("model_type", "llama"), ("vocab_size", 61), ("max_position_embeddings", 40), ("hidden_size", 32),
        ("intermediate_size", 80), ("num_hidden_layers", 2), ("num_attention_heads", 4), ("num_key_value_heads", 2),
        ("hidden_act", "silu"), ("rms_norm_eps", 1e-5), ("rope_theta", 50000.0), ("tie_word_embeddings", true),
        ("attention_dropout", 0.0), ("rope_scaling", .null), ("eos_token_id", [60, 59]),
    ])

    private func read(_ changes: (String, String?)...) throws -> LlamaConfiguration {
        var json = valid
        for (key, value) in changes { json[key] = try value.map { try JSONParser.parse($0) } }
        return try LlamaConfiguration(json, at: "config.json")
    }

    @Test func keysAreRead() throws {
        let plain = try read()
        #expect(plain.width == 32 && plain.headWidth == 8 && plain.keyValueHeads == 2 && plain.keyWidth == 16)
        #expect(
            plain.shape.rotary?.theta == 50_000 && plain.shape.isTied && plain.endOfText == 60
                && plain.otherKeys["attention_dropout"] == 0.0)
        let again = try LlamaConfiguration(try #require(plain.json.object), at: "config.json")
        #expect(again == plain)
        #expect(plain.json["rms_norm_eps"] == 1e-5)
        #expect(try read(("num_key_value_heads", nil)).keyValueHeads == 4)
        #expect(try !read(("tie_word_embeddings", nil)).shape.isTied)
        let wide = try read(("head_dim", "6"), ("num_attention_heads", "10"))
        #expect(wide.headWidth == 6 && wide.heads == 10)
        #expect(try read(("rope_theta", nil)).shape.rotary?.theta == 10_000)
        #expect(
            try read(("rope_parameters", #"{"rope_type": "default", "rope_theta": 7.5}"#)).shape.rotary?.theta == 7.5)
        #expect(try read(("rope_scaling", #"{"rope_type": "default"}"#)).shape.rotary?.theta == 50_000)
    }

    @Test func parametersAreCounted() throws {
        let tied = 61 * 32 + 2 * (2 * 32 + 2 * 32 * 32 + 2 * 16 * 32 + 3 * 80 * 32) + 32
        #expect(try read().parameterCount == tied)
        #expect(try read(("tie_word_embeddings", "false")).parameterCount == tied + 61 * 32)
    }

    @Test(arguments: [
        ("num_attention_heads", "5"), ("num_attention_heads", "0"), ("num_key_value_heads", "3"),
        ("num_key_value_heads", "0"), ("hidden_size", "9223372036854775807"), ("hidden_size", "\"32\""),
        ("head_dim", "7"),
        ("head_dim", "-2"), ("num_hidden_layers", "0"), ("num_hidden_layers", "1000000000"), ("vocab_size", "1.5"),
        ("max_position_embeddings", "null"), ("intermediate_size", "-1"), ("rms_norm_eps", "0"),
        ("rms_norm_eps", "\"small\""), ("rope_theta", "0"), ("rope_theta", "1e300"), ("hidden_act", "\"gelu_10\""),
        ("model_type", "\"gpt2\""), ("tie_word_embeddings", "1"), ("attention_bias", "1"), ("mlp_bias", "\"no\""),
        ("rope_scaling", #"{"rope_type": "llama3", "factor": 8.0}"#), ("rope_scaling", "\"linear\""),
        ("rope_parameters", #"{"rope_type": "longrope"}"#), ("rope_parameters", "3"), ("rope_interleaved", "true"),
        ("partial_rotary_factor", "0.5"), ("quantization_config", #"{"bits": 4}"#), ("sliding_window", "39"),
    ])
    func otherModelsAreRefused(key: String, value: String) throws {
        var json = valid
        json[key] = try JSONParser.parse(value)
        let failure = try #require(failure { _ = try LlamaConfiguration(json, at: "config.json") })
        #expect(failure.kind == .badData && failure.location == "config.json")
        #expect(failure.message.contains(key), "\(failure.message)")
    }
}
