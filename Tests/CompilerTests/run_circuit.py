"""Exchanges edges of an exported GPT-2 in TransformerLens, by the hook names of its `edges.json`.

    python run_circuit.py FOLDER < pairs.jsonl

Each line in is {"base": ids, "source": ids}. Each line out has the ids of the largest logits: "base", "source", and for
each edge of the file, in its order, those of the base with that edge exchanged, "edges"; then "outside", with every edge
exchanged that the file does not have.
"""
import json
import re
import sys

import torch
from transformer_lens.model_bridge import TransformerBridge

folder = sys.argv[1]
shape = json.load(open(folder + "/config.json"))
model = TransformerBridge.boot_transformers(folder, device="cpu")
model.enable_compatibility_mode(no_processing=True)
model.set_use_split_qkv_input(True)
model.set_use_attn_result(True)
model.set_use_hook_mlp_in(True)
edges = [tuple(edge) for edge in json.load(open(folder + "/edges.json"))]

layers, heads = shape["n_layer"], shape["n_head"]


def part(name):
    """A hook and the head that its name chooses, None for all."""
    match = re.fullmatch(r"(.*)\[(\d+)\]", name)
    return (match.group(1), int(match.group(2))) if match else (name, None)


def written(cache, name):
    hook, head = part(name)
    return cache[hook][:, :, head] if head is not None else cache[hook]


writers = ["hook_embed"]
possible = []
for layer in range(layers):
    attention = [f"blocks.{layer}.attn.hook_result[{head}]" for head in range(heads)]
    for head in range(heads):
        possible += [(w, f"blocks.{layer}.hook_{o}_input[{head}]") for w in writers for o in "qkv"]
    possible += [(w, f"blocks.{layer}.hook_mlp_in") for w in writers + attention]
    writers += attention + [f"blocks.{layer}.hook_mlp_out"]
possible += [(w, f"blocks.{layers - 1}.hook_resid_post") for w in writers]
assert set(edges) <= set(possible), set(edges) - set(possible)


def exchanged(base, source, chosen):
    """The base's run where readers see what the chosen edges carry in the source's run."""
    now = {}
    hooks = []

    def keep(value, hook):
        now[hook.name] = value

    def read(pairs):
        def change(value, hook):
            value = value.clone()
            for writer, reader in pairs:
                head = part(reader)[1]
                difference = written(source, writer) - written(now, writer)
                if head is None:
                    value += difference
                else:
                    value[:, :, head] += difference
            return value
        return change

    for name in {part(writer)[0] for writer in writers}:
        hooks.append((name, keep))
    readers = {}
    for writer, reader in chosen:
        readers.setdefault(part(reader)[0], []).append((writer, reader))
    hooks += [(name, read(pairs)) for name, pairs in readers.items()]
    return model.run_with_hooks(base, fwd_hooks=hooks)[0].argmax(-1).tolist()


with torch.no_grad():
    for line in sys.stdin:
        pair = json.loads(line)
        base, source = torch.tensor([pair["base"]]), torch.tensor([pair["source"]])
        plain, _ = model.run_with_cache(base)
        other, cache = model.run_with_cache(source)
        print(json.dumps({
            "base": plain[0].argmax(-1).tolist(), "source": other[0].argmax(-1).tolist(),
            "edges": [exchanged(base, cache, [edge]) for edge in edges],
            "outside": exchanged(base, cache, [edge for edge in possible if edge not in set(edges)]),
        }), flush=True)
