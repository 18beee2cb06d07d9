import BasicTestSupport
import Basics
import Foundation
import LanguageModels
import Testing

@Suite struct ConfigurationTests {
    private let valid = JSONObject([
        ("model_type", "gpt2"), ("vocab_size", 61), ("n_positions", 40), ("n_embd", 32), ("n_layer", 2), ("n_head", 4),
        ("activation_function", "gelu_new"), ("layer_norm_epsilon", 1e-5), ("resid_pdrop", 0.1), ("eos_token_id", 60),
    ])

    @Test func keysAreRead() throws {
        let read = try GPT2Configuration(valid, at: "config.json")
        #expect(read.width == 32 && read.innerWidth == 128 && read.headWidth == 8 && read.endOfText == 60)
        #expect(read.otherKeys["resid_pdrop"] == 0.1)
        let again = try GPT2Configuration(try #require(read.json.object), at: "config.json")
        #expect(again == read)
        #expect(read.json["n_inner"] == .null && read.json["layer_norm_epsilon"] == 1e-5)
        var narrow = valid
        narrow["n_inner"] = 48
        #expect(try GPT2Configuration(narrow, at: "x").innerWidth == 48)
        #expect(try GPT2Configuration(narrow, at: "x").json["n_inner"] == 48)
    }

    /// The names that all models share count as GPT-2's own, and before them; a list of ends is kept.
    @Test func sharedNamesAreRead() throws {
        var shared = valid
        for (new, old) in [
            ("hidden_size", "n_embd"), ("num_hidden_layers", "n_layer"), ("num_attention_heads", "n_head"),
            ("max_position_embeddings", "n_positions"),
        ] {
            shared[new] = valid[old]
            shared[old] = old == "n_embd" ? 64 : nil
        }
        shared["eos_token_id"] = [60, 3]
        let read = try GPT2Configuration(shared, at: "x")
        #expect(
            read.width == 32 && read.layers == 2 && read.heads == 4 && read.contextLength == 40 && read.endOfText == 60)
        #expect(read.json["eos_token_id"] == [60, 3] && read.json["n_embd"] == 32 && read.json["hidden_size"] == nil)
        for name in ["gelu_pytorch_tanh", "gelu_fast", "gelu_accurate"] {
            shared["activation_function"] = .string(name)
            #expect(try GPT2Configuration(shared, at: "x").json["activation_function"] == .string(name))
        }
    }

    /// As the models' cards have them.
    @Test func presetsHaveTheirParameters() {
        let counts = ModelRegistry.presets.map { [$0.name: $0.configuration.parameterCount] }
        #expect(
            counts == [
                ["gpt2": 124_439_808], ["gpt2-medium": 354_823_168], ["gpt2-large": 774_030_080],
                ["gpt2-xl": 1_557_611_200], ["smollm2-135m": 134_515_008], ["tinyllama-1.1b": 1_100_048_384],
                ["llama-3.2-1b": 1_235_814_400], ["qwen2.5-0.5b": 494_032_768], ["qwen3-0.6b": 596_049_920],
                ["pythia-70m": 70_426_624], ["pythia-160m": 162_322_944], ["pythia-410m": 405_334_016],
                ["opt-125m": 125_239_296], ["opt-1.3b": 1_315_758_080],
            ])
    }

    @Test(arguments: [
        ("n_head", "5"), ("n_head", "0"), ("n_embd", "-32"), ("n_embd", "9223372036854775807"), ("n_embd", "\"32\""),
        ("n_layer", "0"), ("n_layer", "1000000000"), ("vocab_size", "1.5"), ("n_positions", "null"), ("n_inner", "-1"),
        ("layer_norm_epsilon", "0"), ("layer_norm_epsilon", "\"small\""), ("activation_function", "\"quick_gelu\""),
        ("model_type", "\"llama\""), ("tie_word_embeddings", "false"), ("scale_attn_weights", "false"),
        ("scale_attn_by_inverse_layer_idx", "true"), ("add_cross_attention", "true"),
    ])
    func otherModelsAreRefused(key: String, value: String) throws {
        var json = valid
        json[key] = try JSONParser.parse(value)
        let failure = try #require(failure { _ = try GPT2Configuration(json, at: "config.json") })
        #expect(failure.kind == .badData && failure.location == "config.json")
        #expect(failure.message.contains(key), "\(failure.message)")
    }
}
