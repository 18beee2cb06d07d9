"""Writes model.safetensors: logits, loss, every gradient and ten AdamW steps of a small GPT-2 in `transformers`.

The weights come from a formula that FormulaWeights.swift evaluates too, exactly. The reference is computed in fp64.

    pip install torch transformers && python model.py
"""

import pathlib

import torch
import transformers
from safetensors.torch import save_file

config = transformers.GPT2Config(
    n_layer=2, n_embd=24, n_head=3, n_inner=40, vocab_size=31, n_positions=12, resid_pdrop=0, embd_pdrop=0,
    attn_pdrop=0, bos_token_id=30, eos_token_id=30)
model = transformers.GPT2LMHeadModel(config).double().train()
sequences = [[3, 14, 15, 9, 26, 5, 3, 5, 8, 9, 7], [27, 18, 28, 18, 2, 8]]


def formula(number, count):
    index = torch.arange(count, dtype=torch.int64)
    return (((index * 7919 + number * 104729 + 12345) % 65521).double() / 65521 - 0.5).float()


names = [name.removeprefix("transformer.") for name, _ in model.named_parameters()]
with torch.no_grad():
    for number, (name, parameter) in enumerate(zip(names, model.parameters())):
        values = formula(number, parameter.numel()).reshape(parameter.shape)
        if "ln_" in name and name.endswith("weight"):
            values = 1 + values * 0.5
        parameter.copy_(values)


def loss():
    total, count, logits = 0, 0, []
    for sequence in sequences:
        tokens = torch.tensor(sequence)
        output = model(tokens[None]).logits[0]
        logits.append(output.detach().float())
        total = total + torch.nn.functional.cross_entropy(output[:-1], tokens[1:], reduction="sum")
        count += len(sequence) - 1
    return total / count, logits


decayed = [p for p in model.parameters() if p.dim() > 1]
others = [p for p in model.parameters() if p.dim() == 1]
optimizer = torch.optim.AdamW(
    [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}], lr=1e-2)
result, losses = {}, []
for step in range(10):
    optimizer.zero_grad()
    value, logits = loss()
    value.backward()
    losses.append(value.item())
    if step == 0:
        for index, output in enumerate(logits):
            result[f"logits.{index}"] = output
        for name, parameter in zip(names, model.parameters()):
            result[f"gradient.{name}"] = parameter.grad.float()
    optimizer.step()
for name, parameter in zip(names, model.parameters()):
    result[f"after.{name}"] = parameter.detach().float().contiguous()
losses.append(loss()[0].item())
result["losses"] = torch.tensor(losses)
save_file(result, pathlib.Path(__file__).parent / "model.safetensors")
print(losses)
