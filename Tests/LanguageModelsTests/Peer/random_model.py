"""Writes a GPT-2 or a Llama with random weights, and what `transformers` computes with it, for LanguageModelsTests to compare.

    python random_model.py FOLDER LAYERS WIDTH HEADS VOCABULARY POSITIONS [float32|float16|bfloat16] [SHARD_SIZE] [gpt2|llama]

FOLDER receives the model as `save_pretrained` leaves it, and `expected.safetensors` with `tokens` (two sequences, the
second of them shorter), `logits.0`, `logits.1`, and `greedy` (the continuation of the first sequence's start).
"""

import sys

import torch
import transformers
from safetensors.torch import save_file

folder, layers, width, heads, vocabulary, positions = sys.argv[1], *map(int, sys.argv[2:7])
dtype = getattr(torch, sys.argv[7]) if len(sys.argv) > 7 else torch.float32
shard = sys.argv[8] if len(sys.argv) > 8 else "50GB"
family = sys.argv[9] if len(sys.argv) > 9 else "gpt2"

torch.manual_seed(layers * 1000 + width)
ends = dict(vocab_size=vocabulary, bos_token_id=vocabulary - 1, eos_token_id=vocabulary - 1)
if family == "gpt2":
    config = transformers.GPT2Config(n_layer=layers, n_embd=width, n_head=heads, n_positions=positions, **ends)
else:
    config = transformers.LlamaConfig(
        num_hidden_layers=layers, hidden_size=width, num_attention_heads=heads, num_key_value_heads=heads // 2,
        intermediate_size=3 * width, max_position_embeddings=positions, tie_word_embeddings=layers % 2 == 0, **ends)
model = transformers.AutoModelForCausalLM.from_config(config).eval()
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
save_file(expected, f"{folder}/expected.safetensors")
