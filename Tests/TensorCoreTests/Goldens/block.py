"""Writes block.json: a one-block GPT-2 with every loss, its gradients and ten AdamW steps, by PyTorch in float64.

    python3 block.py > block.json        (PyTorch 2.13)

Values come from a formula that BlockGoldenTests evaluates too (sampleValues there): scale * sin(0.7 i + 0.0137 i^2 +
1.3 salt), rounded to single precision. PyTorch then works in double, so the file is the exact answer for these values.
"""

import json
import math

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
V, D, H, P, C, R = 23, 12, 3, 9, 7, 3
STARTS = [0, 5, 6, 11]
N = STARTS[-1]


def sample(shape, salt, scale=1.0):
    count = math.prod(shape)
    values = [scale * math.sin(0.7 * i + 0.0137 * i * i + 1.3 * salt) for i in range(count)]
    return torch.tensor(values, dtype=torch.float32).to(torch.float64).reshape(shape)


# name, shape, salt, scale, decays, group
PARAMETERS = [
    ("wte", (V, D), 1, 0.5, True, 0),
    ("wpe", (P, D), 2, 0.3, True, 0),
    ("ln_1.weight", (D,), 3, 0.8, False, 0),
    ("ln_1.bias", (D,), 4, 0.1, False, 0),
    ("attn.weight", (D, 3 * D), 5, 0.4, True, 0),
    ("attn.bias", (3 * D,), 6, 0.2, False, 0),
    ("proj.weight", (D, D), 7, 0.4, True, 0),
    ("proj.bias", (D,), 8, 0.1, False, 0),
    ("ln_2.weight", (D,), 9, 0.9, False, 0),
    ("ln_2.bias", (D,), 10, 0.1, False, 0),
    ("fc.weight", (D, 4 * D), 11, 0.4, True, 0),
    ("fc.bias", (4 * D,), 12, 0.2, False, 0),
    ("out.weight", (4 * D, D), 13, 0.3, True, 0),
    ("out.bias", (D,), 14, 0.1, False, 0),
    ("ln_f.weight", (D,), 15, 1.0, False, 0),
    ("ln_f.bias", (D,), 16, 0.1, False, 0),
    ("map.weight", (C, D), 17, 0.5, True, 1),
    ("map.bias", (C,), 18, 0.2, False, 1),
]
TOKENS = [(7 * i + 3) % V for i in range(N)]
POSITIONS = [i - start for start, end in zip(STARTS, STARTS[1:]) for i in range(start, end)]
ANSWERS = [4, 9, 10]  # rows that reach the cross-entropy
TARGETS = [5, 0, 22]
WEIGHTS = [1.0, 0.5, 2.0]
SOURCES = [6, 7, 8, 9, 10, 5, 0, 1, 2, 3, 4]  # the roll's source rows
TEACHER_HIDDEN, TEACHER_HEAD = sample((N, D), 30), sample((V, D), 31, 0.5)
COMPILED = sample((N, C), 32)


def attention(qkv):
    rows = []
    for start, end in zip(STARTS, STARTS[1:]):
        q, k, v = qkv[start:end].split(D, dim=1)
        q, k, v = (x.reshape(end - start, H, D // H).transpose(0, 1) for x in (q, k, v))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        rows.append(y.transpose(0, 1).reshape(end - start, D))
    return torch.cat(rows)


def losses(p):
    x = p["wte"][TOKENS] + p["wpe"][POSITIONS]
    h = F.layer_norm(x, (D,), p["ln_1.weight"], p["ln_1.bias"], 1e-5)
    x = x + attention(h @ p["attn.weight"] + p["attn.bias"]) @ p["proj.weight"] + p["proj.bias"]
    alignment = 0.3 * (1 - F.cosine_similarity(F.linear(x, p["map.weight"], p["map.bias"]), COMPILED, dim=1)).sum()
    basis = torch.linalg.qr(p["map.weight"].detach()[:R].T)[0]
    kept = x @ basis @ basis.T
    x = kept + (x - kept).detach()[SOURCES]
    h = F.layer_norm(x, (D,), p["ln_2.weight"], p["ln_2.bias"], 1e-5)
    h = F.gelu(h @ p["fc.weight"] + p["fc.bias"], approximate="tanh")
    x = x + h @ p["out.weight"] + p["out.bias"]
    final = F.layer_norm(x, (D,), p["ln_f.weight"], p["ln_f.bias"], 1e-5)
    logits = final @ p["wte"].T
    each = F.cross_entropy(logits[ANSWERS], torch.tensor(TARGETS), reduction="none")
    cross_entropy = 0.5 * (each * torch.tensor(WEIGHTS)).sum()
    teacher = F.log_softmax(TEACHER_HIDDEN @ TEACHER_HEAD.T, dim=1)
    divergence = 0.2 * F.kl_div(F.log_softmax(logits, dim=1), teacher, log_target=True, reduction="sum")
    return final, [cross_entropy, alignment, divergence]


parameters = {
    name: sample(shape, salt, scale).requires_grad_() for name, shape, salt, scale, _, _ in PARAMETERS
}
groups = []
for group, rate in ((0, 1e-3), (1, 1e-2)):
    for decays in (True, False):
        members = [parameters[n] for n, _, _, _, d, g in PARAMETERS if g == group and d == decays]
        groups.append({"params": members, "lr": rate, "weight_decay": 0.1 if decays else 0.0})
optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.99), eps=1e-6)

result = {"steps": []}
for step in range(10):
    optimizer.zero_grad()
    final, parts = losses(parameters)
    sum(parts).backward()
    result["steps"].append([part.item() for part in parts])
    if step == 0:
        result["final"] = final.flatten().tolist()
        result["gradients"] = {name: p.grad.flatten().tolist() for name, p in parameters.items()}
    optimizer.step()
result["after"] = {name: p.detach().flatten().tolist() for name, p in parameters.items()}


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, list):
        return [rounded(x) for x in value]
    return {key: rounded(x) for key, x in value.items()}


print(json.dumps(rounded(result)))
