"""Writes a model with random weights, and what `transformers` computes with it, for LanguageModelsTests to compare.

    python random_model.py FOLDER LAYERS WIDTH HEADS VOCABULARY POSITIONS [float32|float16|bfloat16] [SHARD_SIZE] [FAMILY]

FAMILY is gpt2 (the default), llama, llama-linear, llama-dynamic, llama-llama3, llama-yarn, llama-biased, qwen2, qwen3, neox,
neox-sequential or opt. FOLDER receives the model as `save_pretrained` leaves it, and `expected.safetensors` with `tokens` (two sequences,
the second of them shorter), `logits.0`, `logits.1`, `greedy` (the continuation of the first sequence's start) and, of a model of at
most a million parameters, what `training.py` adds.
"""

import sys

import torch
import transformers
from safetensors.torch import save_file
from training import train

folder, layers, width, heads, vocabulary, positions = sys.argv[1], *map(int, sys.argv[2:7])
dtype = getattr(torch, sys.argv[7]) if len(sys.argv) > 7 else torch.float32
shard = sys.argv[8] if len(sys.argv) > 8 else "50GB"
family, _, variant = (sys.argv[9] if len(sys.argv) > 9 else "gpt2").partition("-")

torch.manual_seed(layers * 1000 + width)
ends = dict(vocab_size=vocabulary, bos_token_id=vocabulary - 1, eos_token_id=vocabulary - 1)
shape = dict(
    num_hidden_layers=layers, hidden_size=width, num_attention_heads=heads, intermediate_size=3 * width,
    max_position_embeddings=positions, **ends)
is_even = layers % 2 == 0
scalings = {
    "linear": dict(factor=2.5),
    "dynamic": dict(factor=4.0),
    "llama3": dict(factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=positions // 4),
    "yarn": dict(factor=4.0, original_max_position_embeddings=positions // 4),
}


def rope(**more):
    scaling = dict(scalings[variant], rope_type=variant) if variant in scalings else dict(rope_type="default")
    return dict(rope_theta=10000.0, **scaling, **more)


grouped = dict(shape, num_key_value_heads=heads // 2, tie_word_embeddings=is_even, rope_parameters=rope())
configs = {
    "gpt2": lambda: transformers.GPT2Config(n_layer=layers, n_embd=width, n_head=heads, n_positions=positions, **ends),
    "llama": lambda: transformers.LlamaConfig(
        **grouped, attention_bias=variant == "biased", mlp_bias=variant == "biased",
        hidden_act="gelu_pytorch_tanh" if variant == "biased" else "silu"),
    "qwen2": lambda: transformers.Qwen2Config(**grouped),
    "qwen3": lambda: transformers.Qwen3Config(**grouped, head_dim=32 if is_even else 10, attention_bias=is_even),
    "neox": lambda: transformers.GPTNeoXConfig(
        **shape, use_parallel_residual=variant != "sequential", hidden_act="gelu" if is_even else "gelu_new",
        rope_parameters=rope(partial_rotary_factor=0.25 if is_even else 0.5)),
    "opt": lambda: transformers.OPTConfig(
        num_hidden_layers=layers, hidden_size=width, num_attention_heads=heads, ffn_dim=3 * width, dropout=0.0,
        max_position_embeddings=positions, enable_bias=is_even, activation_function="relu" if is_even else "gelu",
        pad_token_id=None, **ends),
}
model = transformers.AutoModelForCausalLM.from_config(configs[family]()).eval()
with torch.no_grad():
    for parameter in model.parameters():  # biases and gains that do something
        parameter.add_(torch.randn_like(parameter) * 0.02)
model.to(dtype).save_pretrained(folder, max_shard_size=shard)
# What counts is the model in the folder, computed in fp32; the default would be the dtype of the file.
model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

lengths = [min(positions, 70), min(positions, 33)]
tokens = [torch.randint(0, vocabulary - 1, (length,)) for length in lengths]
expected = {}
with torch.no_grad():
    for index, sequence in enumerate(tokens):
        expected[f"tokens.{index}"] = sequence
        expected[f"logits.{index}"] = model(sequence[None]).logits[0].contiguous()
    start = tokens[0][: min(20, positions - 8)]
    greedy = model.generate(start[None], attention_mask=torch.ones_like(start[None]), max_new_tokens=8, do_sample=False,
                            pad_token_id=vocabulary - 1)[0, len(start):]
    expected["start"] = start.clone()
    expected["greedy"] = greedy.clone()
if sum(parameter.numel() for parameter in model.parameters()) <= 1_000_000:
    prefix = model.base_model_prefix + "."
    parameters = {name.removeprefix(prefix): parameter for name, parameter in model.named_parameters()}
    if family == "neox":  # what files call it
        parameters["embed_out.weight"] = parameters.pop("lm_head.weight")
    train(model.double(), tokens, parameters, expected, "trained.")
save_file(expected, f"{folder}/expected.safetensors")
