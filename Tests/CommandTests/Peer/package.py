"""The Python package `tracr_inject` against the program itself.

    python package.py TRACR_INJECT RUN [PROMPTS [LIBRARY ...]]

Exports RUN and compares what the package makes of the bundle with the command's own figures: the variables decoded from
hidden states with `decode`, the labels with `variables.json`. With the name of a library (transformers, transformer_lens,
nnsight) it makes every exchange of the bundle anew in it, and compares what the student then says, and the accuracy of each
variable at each state with `eval --suite interchange`. Without one, numpy is all that is needed.
"""
import itertools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "Sources/Python"))
import tracr_inject

tool, run_path = sys.argv[1], sys.argv[2]
prompts = sys.argv[3] if len(sys.argv) > 3 else "8"
libraries = sys.argv[4:]


def command(*arguments):
    return subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True, check=True).stdout


def check_map(run):
    assert run.weight.shape[0] == sum(variable.rows for variable in run.variables) == run.meaning["rows"]
    for variable in run.variables:
        basis = run.subspace(variable.name)
        assert np.allclose(basis @ basis.T, np.eye(len(basis)), atol=1e-4), variable.name
    assert len(run.layers) == len(run.transformer_lens)


def check_decoding(run):
    data = tracr_inject.activations(run)
    compared = 0
    for number, prompt in enumerate(data.prompts[:4]):
        own = json.loads(command("decode", prompt["prompt"] + prompt["answer"], "--run", run.path, "--json"))
        at = data.sequence == number
        read = run.decode(data.states[own["layer"]][at])
        for name, values in own["variables"].items():
            assert read[name] == values["decoded"], (name, read[name], values["decoded"])
            labels = [data.value(name, index) for index in np.flatnonzero(at)]
            assert labels == values["expected"], (name, labels, values["expected"])
            compared += len(labels)
    print(f"decoded: {compared} values")


def sayers(library, run):
    """What says the next tokens of two texts while a variable is exchanged, in a library."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(run.student)
    model = AutoModelForCausalLM.from_pretrained(run.student, dtype=torch.float32).eval()
    if library == "transformer_lens":
        from transformer_lens.model_bridge import TransformerBridge
        bridge = TransformerBridge.boot_transformers(str(run.student))
    elif library == "nnsight":
        from nnsight import NNsight
        traced = NNsight(model)

    def logits(exchange, tokens):
        if library == "transformers":
            with exchange.transformers(model):
                return model(tokens).logits
        if library == "transformer_lens":
            return bridge.run_with_hooks(tokens, fwd_hooks=exchange.transformer_lens())
        with traced.trace(tokens):
            exchange.nnsight(traced)
            saved = traced.lm_head.output.save()
        return saved

    def say(exchange, texts):
        tokens = torch.tensor([tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts])
        with torch.no_grad():
            said = logits(exchange, tokens).argmax(-1)
        return [[tokenizer.decode(token) for token in row] for row in said.tolist()]

    return say


def check_exchanges(library, run):
    say = sayers(library, run)
    records = tracr_inject.exchanges(run)
    measured = json.loads(command("eval", run.path, "--suite", "interchange", "--prompts", prompts, "--json"))
    cells = measured["suites"]["interchange"]["variables"]
    records.sort(key=lambda record: (record.variable, record.student_layer))
    for (name, state), own in itertools.groupby(records, lambda record: (record.variable, record.student_layer)):
        exchange = tracr_inject.Exchange(run, name, state)
        right = changing = 0
        for record in own:
            said = say(exchange, [record.prompt + record.answer, record.partner + record.partner_answer])[0]
            found = [said[position] for position in record.positions]
            assert found == record.said, (library, name, state, found, record.said)
            changing += record.changes
            right += record.changes and record.agrees
        cell = next(cell for cell in cells[name] if cell["layer"] == state)["changing"]
        assert cell["n"] == changing, (name, state, cell, changing)
        assert changing == 0 or abs(cell["accuracy"] - right / changing) < 1e-9, (name, state, cell, right)
    print(f"{library}: {len(records)} exchanges")


with tempfile.TemporaryDirectory() as scratch:
    bundle = f"{scratch}/bundle"
    command("export", run_path, "--output", bundle, "--prompts", prompts)
    run = tracr_inject.Run.open(bundle)
    check_map(run)
    check_decoding(run)
    assert all(prediction.answer for prediction in tracr_inject.predictions(run))
    for library in libraries:
        check_exchanges(library, run)
