"""Writes llama.safetensors: logits, loss, every gradient, ten AdamW steps and greedy texts of two small Llamas in `transformers`.

The weights come from a formula that LlamaFormula.swift evaluates too, exactly. The reference is computed in fp64, but for what
`transformers` computes in fp32 whatever the weights are: norms and rotary angles.

    pip install torch transformers && python llama.py
"""

import pathlib

import torch
import transformers
from safetensors.torch import save_file

sequences = [[3, 14, 15, 9, 26, 5, 3, 5, 8, 9, 7], [27, 18, 28, 18, 2, 8]]
shared = dict(
    vocab_size=31, hidden_size=32, intermediate_size=44, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=24, rms_norm_eps=1e-5, bos_token_id=30, eos_token_id=30,
    attn_implementation="eager")
variants = {
    "untied": dict(shared, tie_word_embeddings=False, rope_parameters={"rope_type": "default", "rope_theta": 10000.0}),
    "tied": dict(
        shared, head_dim=16, tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 100.0}),
}


def formula(number, count):
    index = torch.arange(count, dtype=torch.int64)
    return (((index * 7919 + number * 104729 + 12345) % 65521).double() / 65521 - 0.5).float()


def loss(model):
    total, count, logits = 0, 0, []
    for sequence in sequences:
        tokens = torch.tensor(sequence)
        output = model(tokens[None]).logits[0]
        logits.append(output.detach().float())
        total = total + torch.nn.functional.cross_entropy(output[:-1], tokens[1:], reduction="sum")
        count += len(sequence) - 1
    return total / count, logits


def greedy(model, prompt, count):
    text = list(prompt)
    with torch.no_grad():
        for _ in range(count):
            text.append(model(torch.tensor([text])).logits[0, -1].argmax().item())
    return torch.tensor(text[len(prompt):])


result = {}
for variant, settings in variants.items():
    model = transformers.LlamaForCausalLM(transformers.LlamaConfig(**settings)).double().train()
    parameters = {name.removeprefix("model."): parameter for name, parameter in model.named_parameters()}
    with torch.no_grad():
        for number, name in enumerate(sorted(parameters)):
            values = formula(number, parameters[name].numel()).reshape(parameters[name].shape)
            parameters[name].copy_(1 + values * 0.5 if "norm" in name else values)
    for index, sequence in enumerate(sequences):
        result[f"{variant}.greedy.{index}"] = greedy(model, sequence, 8)
    # An epsilon below which gradients count for little: Adam scales the rounding noise of the smallest ones up to full steps,
    # and with the default epsilon fp32 and fp64 part ways within ten steps, here and in the peer alike.
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": 0.1},
         {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0.0}], lr=1e-2, eps=1e-3)
    losses = []
    for step in range(10):
        optimizer.zero_grad()
        value, logits = loss(model)
        value.backward()
        losses.append(value.item())
        if step == 0:
            for index, output in enumerate(logits):
                result[f"{variant}.logits.{index}"] = output
            for name, parameter in parameters.items():
                result[f"{variant}.gradient.{name}"] = parameter.grad.float()
        optimizer.step()
    for name, parameter in parameters.items():
        result[f"{variant}.after.{name}"] = parameter.detach().float().contiguous()
    losses.append(loss(model)[0].item())
    result[f"{variant}.losses"] = torch.tensor(losses)
    print(variant, losses)
save_file(result, pathlib.Path(__file__).parent / "llama.safetensors")
