"""Writes families.safetensors: logits, loss, every gradient, ten AdamW steps and greedy texts of small models of each family in
`transformers`.

The weights come from a formula that FamilyFormula.swift evaluates too, exactly. The reference is computed in fp64, but for what
`transformers` computes in fp32 whatever the weights are: norms and rotary angles.

    pip install torch transformers && python families.py
"""

import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent
sys.path.append(str(here.parent / "Peer"))
from training import train

sequences = [[3, 14, 15, 9, 26, 5, 3, 5, 8, 9, 7], [27, 18, 28, 18, 2, 8]]
shared = dict(
    vocab_size=31, hidden_size=32, intermediate_size=44, num_hidden_layers=2, num_attention_heads=4,
    max_position_embeddings=24, bos_token_id=30, eos_token_id=30, attn_implementation="eager")
grouped = dict(shared, num_key_value_heads=2, rms_norm_eps=1e-5)

small = dict(shared, hidden_size=24, intermediate_size=36, num_hidden_layers=3, num_attention_heads=3, rms_norm_eps=1e-5)


def rope(theta=10000.0, **more):
    return {"rope_type": "default", "rope_theta": theta, **more}


Llama, Qwen2, Qwen3, NeoX, StableLM, OPT = (
    getattr(transformers, name + "Config") for name in ("Llama", "Qwen2", "Qwen3", "GPTNeoX", "StableLm", "OPT"))
plain_mlp = dict({key: value for key, value in shared.items() if key != "intermediate_size"}, ffn_dim=44)
variants = {
    "llama-untied": Llama(**grouped, rope_parameters=rope()),
    "llama-tied": Llama(**grouped, head_dim=16, tie_word_embeddings=True, rope_parameters=rope(100.0)),
    "llama-scaled": Llama(
        **grouped, attention_bias=True, mlp_bias=True, hidden_act="gelu",
        rope_parameters=rope(
            rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=12)),
    "qwen2": Qwen2(**grouped, rope_parameters=rope()),
    "qwen2-tied": Qwen2(
        **{**small, "num_key_value_heads": 3}, tie_word_embeddings=True, rope_parameters=rope(1e6)),
    "qwen3": Qwen3(**grouped, head_dim=16, tie_word_embeddings=True, rope_parameters=rope(
        1000.0, rope_type="yarn", factor=4.0, original_max_position_embeddings=8)),
    "qwen3-wide": Qwen3(
        **{**small, "num_key_value_heads": 1}, head_dim=16, attention_bias=True, rope_parameters=rope()),
    "stablelm": StableLM(
        **shared, num_key_value_heads=2, layer_norm_eps=1e-5, use_qkv_bias=True,
        rope_parameters=rope(partial_rotary_factor=0.25)),
    "neox": NeoX(**shared, rope_parameters=rope(partial_rotary_factor=0.25)),
    "neox-deep": NeoX(**small, attention_bias=False, rope_parameters=rope(partial_rotary_factor=1.0)),
    "neox-sequential": NeoX(
        **{**shared, "num_attention_heads": 2}, use_parallel_residual=False, hidden_act="gelu_new",
        rope_parameters=rope(partial_rotary_factor=0.5, rope_type="linear", factor=2.0)),
    "opt": OPT(**plain_mlp, dropout=0.0, pad_token_id=None),
    "opt-bare": OPT(
        **dict(plain_mlp, hidden_size=24, ffn_dim=36, num_hidden_layers=3, num_attention_heads=3), dropout=0.0,
        pad_token_id=None, enable_bias=False, tie_word_embeddings=False, activation_function="gelu"),
}


def formula(number, count):
    index = torch.arange(count, dtype=torch.int64)
    return (((index * 7919 + number * 104729 + 12345) % 65521).double() / 65521 - 0.5).float()


def greedy(model, prompt, count):
    text = list(prompt)
    with torch.no_grad():
        for _ in range(count):
            text.append(model(torch.tensor([text])).logits[0, -1].argmax().item())
    return torch.tensor(text[len(prompt):])


result = {}
for variant, config in variants.items():
    model = transformers.AutoModelForCausalLM.from_config(config).double().train()
    prefix = model.base_model_prefix + "."
    parameters = {name.removeprefix(prefix): parameter for name, parameter in model.named_parameters()}
    if config.model_type == "gpt_neox":  # what files call it
        parameters["embed_out.weight"] = parameters.pop("lm_head.weight")
    with torch.no_grad():
        for number, name in enumerate(sorted(parameters)):
            values = formula(number, parameters[name].numel()).reshape(parameters[name].shape)
            is_gain = "norm" in name and name.endswith("weight")
            parameters[name].copy_(1 + values * 0.5 if is_gain else values)
    for index, sequence in enumerate(sequences):
        result[f"{variant}.greedy.{index}"] = greedy(model, sequence, 8)
    print(variant, train(model, sequences, parameters, result, variant + "."))
save_file(result, here / "families.safetensors")
