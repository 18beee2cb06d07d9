"""Writes injection_loss.json: L_CE, L_ALG, L_KL and their gradients on a small GPT-2, by PyTorch in float64.

    python3 injection_loss.py > injection_loss.json        (PyTorch 2.13)

Values come from a formula that InjectionLossTests evaluates too: scale * sin(0.7 i + 0.0137 i^2 + 1.3 salt), rounded to
single precision. The roll is written out row by row from its definition, per sequence and without packing.
"""

import json
import math

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
V, D, H, P, L, C, K = 29, 16, 2, 12, 3, 12, 2
TASK = [6, 4, 7]
TEXT = [5, 3]
# Rows of the map: a categorical variable of 5 values, one of 3, a number, the output of 3 values.
GROUPS = [("a", 0, 5, 0), ("b", 5, 8, 1), ("out", 9, 12, 2)]
NUMBER = (8, 1, 4.0)
ANSWERS = [(0, 4), (0, 5), (1, 3), (2, 5), (2, 6)]  # sequence, position


def sample(shape, salt, scale=1.0):
    count = math.prod(shape)
    values = [scale * math.sin(0.7 * i + 0.0137 * i * i + 1.3 * salt) for i in range(count)]
    return torch.tensor(values, dtype=torch.float32).to(torch.float64).reshape(shape)


def integers(count, bound, salt):
    return [(i * i * 7 + i * 3 + salt * 5) % bound for i in range(count)]


def shapes():
    yield "wte.weight", (V, D)
    yield "wpe.weight", (P, D)
    for l in range(L):
        for name, shape in [
            ("ln_1.weight", (D,)), ("ln_1.bias", (D,)), ("attn.c_attn.weight", (D, 3 * D)),
            ("attn.c_attn.bias", (3 * D,)), ("attn.c_proj.weight", (D, D)), ("attn.c_proj.bias", (D,)),
            ("ln_2.weight", (D,)), ("ln_2.bias", (D,)), ("mlp.c_fc.weight", (D, 4 * D)),
            ("mlp.c_fc.bias", (4 * D,)), ("mlp.c_proj.weight", (4 * D, D)), ("mlp.c_proj.bias", (D,)),
        ]:
            yield f"h.{l}.{name}", shape
    yield "ln_f.weight", (D,)
    yield "ln_f.bias", (D,)


def parameters(offset):
    return {
        name: sample(shape, salt + offset, 0.4).requires_grad_()
        for salt, (name, shape) in enumerate(shapes(), 1)
    }


def norm(x, p, name):
    return F.layer_norm(x, (D,), p[name + ".weight"], p[name + ".bias"], 1e-5)


def block(p, l, x):
    h = f"h.{l}."
    t = x.shape[0]
    q, k, v = (norm(x, p, h + "ln_1") @ p[h + "attn.c_attn.weight"] + p[h + "attn.c_attn.bias"]).split(D, -1)
    heads = []
    for i in range(H):
        s = slice(i * D // H, (i + 1) * D // H)
        scores = q[:, s] @ k[:, s].T / math.sqrt(D // H)
        mask = torch.full((t, t), float("-inf")).triu(1)
        heads.append(F.softmax(scores + mask, -1) @ v[:, s])
    x = x + torch.cat(heads, -1) @ p[h + "attn.c_proj.weight"] + p[h + "attn.c_proj.bias"]
    inner = F.gelu(norm(x, p, h + "ln_2") @ p[h + "mlp.c_fc.weight"] + p[h + "mlp.c_fc.bias"], approximate="tanh")
    return x + inner @ p[h + "mlp.c_proj.weight"] + p[h + "mlp.c_proj.bias"]


def roll(states, projector, anchors):
    """h' = roll(stopgrad(h - P h)) + P h; the donor row is as far from its sequence's anchor, in the nearest sequence
    before that has such a row, or else the row that is least far from where it should be."""
    result = []
    for b, h in enumerate(states):
        others = [(b - s) % len(states) for s in range(1, len(states))]
        rows = []
        for row in range(len(h)):
            candidates = []
            for o in others:
                wanted = row - anchors[b] + anchors[o]
                there = min(max(wanted, 0), len(states[o]) - 1)
                candidates.append((abs(there - wanted), o, there))
            _, donor, donor_row = min(candidates, key=lambda candidate: candidate[0])
            other = states[donor][donor_row]
            rows.append((other - other @ projector).detach() + h[row] @ projector)
        result.append(torch.stack(rows))
    return result


def forward(p, sequences, intervene=None, site=None):
    states = [p["wte.weight"][torch.tensor(s)] + p["wpe.weight"][: len(s)] for s in sequences]
    residual = [states]
    for l in range(L):
        states = [block(p, l, x) for x in states]
        residual.append(states)
        if l + 1 == site:
            states = intervene(states)
    return residual, [norm(x, p, "ln_f") for x in states]


def case(kind, reduction, kl_reduction, anchor, rows, site, answer_weight, bias):
    p, teacher = parameters(0), parameters(3)
    weight = sample((C, D), 50, 0.3).requires_grad_()
    b = sample((C,), 51, 0.2).requires_grad_()
    tokens = integers(sum(TASK) + sum(TEXT), V, 1)
    sequences, start = [], 0
    for n in TASK + TEXT:
        sequences.append(tokens[start : start + n])
        start += n
    task, text = sequences[: len(TASK)], sequences[len(TASK) :]
    chosen = weight.detach()[rows[0] : rows[1]]
    q, _ = torch.linalg.qr(chosen.T)
    anchors = [0 if anchor == "start" else min(i for s, i in ANSWERS if s == b) for b in range(len(TASK))]
    residual, final = forward(p, task, lambda s: roll(s, q @ q.T, anchors), site)
    head = p["wte.weight"]
    targets = integers(len(ANSWERS), V, 2)
    logits = torch.stack([final[s][i] for s, i in ANSWERS]) @ head.T
    ce = F.cross_entropy(logits, torch.tensor(targets))

    n = sum(TASK)
    starts = [sum(TASK[:i]) for i in range(len(TASK))]
    is_answer = torch.zeros(n)
    for s, i in ANSWERS:
        is_answer[starts[s] + i] = 1
    w = torch.where(is_answer > 0, answer_weight, 1.0)
    w = w / w.sum()
    alg = 0.0
    for i in range(K + 1):
        mapped = torch.cat(residual[i]) @ weight.T + (b if bias else 0)
        if kind == "cosine":
            target = sample((n, C), 60 + i)
            alg = alg + ((1 - F.cosine_similarity(mapped, target, dim=-1)) * w).sum()
        else:
            for g, (_, low, high, written) in enumerate(GROUPS):
                if written == i or (i == K and written <= i):
                    labels = torch.tensor(integers(n, high - low, 70 + g))
                    alg = alg + (F.cross_entropy(mapped[:, low:high], labels, reduction="none") * w).sum()
            column, written, unit = NUMBER
            if written == i or i == K:
                numbers = torch.tensor(integers(n, 5, 80), dtype=torch.float64)
                alg = alg + (((mapped[:, column] - numbers) / unit) ** 2 * w).sum()
    if reduction == "mean":
        alg = alg / K

    _, student_text = forward(p, text)
    _, teacher_text = forward(teacher, text)
    a = F.log_softmax(torch.cat(student_text) @ head.T, -1)
    t = F.log_softmax((torch.cat(teacher_text) @ teacher["wte.weight"].T).detach(), -1)
    kl = (t.exp() * (t - a)).sum() / (sum(TEXT) if kl_reduction == "mean" else len(TEXT))

    loss = 1.0 * ce + 0.5 * alg + 2.0 * kl
    loss.backward()
    gradients = {}
    for salt, (name, value) in enumerate(list(p.items()) + [("map.weight", weight)] + ([("map.bias", b)] if bias else []), 100):
        gradients[name] = [
            float((value.grad * sample(value.shape, salt)).sum()), float(value.grad.norm()),
        ]
    return {
        "kind": kind, "reduction": reduction, "kl_reduction": kl_reduction, "anchor": anchor, "rows": rows,
        "site": site, "answer_weight": answer_weight, "bias": bias, "ce": float(ce.detach()), "alg": float(alg.detach()),
        "kl": float(kl.detach()), "gradients": gradients,
    }


print(json.dumps([
    case("cosine", "mean", "mean", "start", [9, 12], 2, 1.0, False),
    case("cosine", "sum", "sum", "start", [9, 12], 3, 1.0, True),
    case("per-variable", "sum", "mean", "answer", [9, 12], 2, 3.0, True),
    case("per-variable", "mean", "mean", "answer", [0, 12], 2, 1.0, True),
], indent=1))
