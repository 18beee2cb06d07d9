"""Runs folders written by `tracr-inject compile` with numpy alone, in fp32; compressed ones as well.

    python3 run_compiled.py FOLDER < inputs.jsonl
    python3 run_compiled.py FOLDER FOLDER ...      # each with an inputs.jsonl of its own

Each line of the inputs is a JSON array of tokens; each line of output the decoded output, null where it is undefined.
"""
import json
import struct
import sys

import numpy as np


def load_tensors(path):
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(size))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            tensors[name] = np.frombuffer(data[begin:end], dtype=np.float32).reshape(entry["shape"])
    return tensors


def executed_layers(config):
    """Numbers of the stored layers in the order in which they are executed: a loop's once for each of its rounds."""
    blocks = {block["first"]: block for block in config.get("repeated_layers", [])}
    layer, order = 0, []
    while layer < config["layers"]:
        count, times = (blocks[layer]["count"], blocks[layer]["times"]) if layer in blocks else (1, 1)
        order += list(range(layer, layer + count)) * times
        layer += count
    return order


def forward(config, tensors, tokens):
    rows = [config["bos_token"]] + [config["vocabulary"].index(token) for token in tokens]
    x = tensors["embedding.tokens"][rows] + tensors["embedding.positions"][: len(rows)]
    hidden_positions = np.triu(np.ones((len(rows), len(rows)), dtype=bool), 1) & config["causal"]
    for layer in executed_layers(config):
        prefix = f"layers.{layer}."
        if prefix + "attention.query.weight" in tensors:
            get = lambda part: (tensors[f"{prefix}attention.{part}.weight"], tensors[f"{prefix}attention.{part}.bias"])
            update = np.zeros_like(x)
            output = tensors[prefix + "attention.output.weight"]
            for head in range(output.shape[0]):
                q, k, v = (x @ w[head].T + b[head] for w, b in map(get, ("query", "key", "value")))
                logits = np.where(hidden_positions, np.float32(-np.inf), q @ k.T)
                weights = np.exp(logits - logits.max(axis=1, keepdims=True))
                update += (weights / weights.sum(axis=1, keepdims=True)) @ v @ output[head].T
            x = x + update
        if prefix + "mlp.hidden.weight" in tensors:
            pre = x @ tensors[prefix + "mlp.hidden.weight"].T + tensors[prefix + "mlp.hidden.bias"]
            x = x + np.maximum(pre, 0) @ tensors[prefix + "mlp.output.weight"].T
    if "projection.weight" in tensors:
        x = x @ tensors["projection.weight"].T
    return x[1:]


def decode(variable, row):
    levels = row[variable["directions"]]
    if variable["encoding"] == "categorical":
        best = int(levels.argmax())
        return variable["values"][best] if levels[best] > 0.5 else None
    exception = variable.get("exception")
    if exception and row[exception["direction"]] > 0.5:
        return exception["value"]
    number = float(levels[0])
    return min(variable["reachable"], key=lambda value: abs(value - number)) if variable["reachable"] else number


def main():
    folders = sys.argv[1:]
    for folder in folders:
        config = json.load(open(folder + "/config.json"))
        tensors = load_tensors(folder + "/model.safetensors")
        output = next(v for v in config["variables"] if v["name"] == config["output"]["variable"])
        for line in sys.stdin if len(folders) == 1 else open(folder + "/inputs.jsonl"):
            rows = forward(config, tensors, json.loads(line))
            print(json.dumps([decode(output, row) for row in rows]))


if __name__ == "__main__":
    main()
