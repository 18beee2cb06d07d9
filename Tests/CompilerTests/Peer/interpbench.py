"""InterpBench's tracr programs beside their translations: equal to tracr's own interpreter, and compiled.

    PYTHONPATH=/path/to/tracr python interpbench.py /path/to/InterpBench /path/to/tracr-inject [CASE ...]

Reads the programs of FlyingPumba/InterpBench, translates each (`tracr_to_rasp.py`) into a temporary folder, compares
150 inputs with tracr's interpreter, without a mask and, where the case says that it is causal, with one, and compiles it
verified on 200 inputs. The fetched programs are read only; nothing of them is kept.
"""
import collections
import importlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import types
import unittest.mock

from tracr.rasp import causal_eval, rasp

from tracr_to_rasp import Unsupported, translate

MAX_LENGTH = 9
INPUTS = int(os.environ.get("INPUTS", 150))


def prepare(repository):
    """The cases import training code that is not needed to read a program: stand-ins take its place."""
    sys.path.insert(0, repository)
    for name in ["transformer_lens", "transformer_lens.hook_points", "iit", "iit.utils", "iit.utils.correspondence",
                 "iit.utils.nodes", "iit.model_pairs", "iit.model_pairs.base_model_pair", "torch", "jaxtyping",
                 "iit.model_pairs.ioi_model_pair", "iit.model_pairs.ll_model",
                 "circuits_benchmark.transformers", "circuits_benchmark.transformers.hooked_tracr_transformer",
                 "circuits_benchmark.utils", "circuits_benchmark.utils.circuit"]:
        sys.modules[name] = unittest.mock.MagicMock()
    base = types.ModuleType("circuits_benchmark.benchmark.tracr_benchmark_case")

    class TracrBenchmarkCase:
        def supports_causal_masking(self):
            return True

        def get_max_seq_len(self):
            return MAX_LENGTH + 1

    base.TracrBenchmarkCase = TracrBenchmarkCase
    sys.modules[base.__name__] = base


def cases(repository, wanted):
    folder = os.path.join(repository, "circuits_benchmark", "benchmark", "cases")
    numbers = sorted(int(name[5:-3]) for name in os.listdir(folder) if name[5:-3].isdigit())
    for number in numbers:
        if wanted and str(number) not in wanted:
            continue
        module = importlib.import_module(f"circuits_benchmark.benchmark.cases.case_{number}")
        case = getattr(module, f"Case{number}", None)
        if case is not None and hasattr(case, "get_program"):
            yield number, case()


def same(ours, theirs):
    if ours is None or theirs is None:
        return ours is None and theirs is None
    if isinstance(ours, str) or isinstance(theirs, str):
        return ours == theirs
    return abs(float(ours) - float(theirs)) <= 1e-9 * max(1, abs(float(theirs)))


def compare(tool, path, inputs, expected, causal):
    lines = "\n".join(json.dumps([str(token) for token in tokens]) for tokens in inputs)
    mask = ["--causal"] if causal else ["--no-causal"]
    run = subprocess.run([tool, "run", path, *mask], input=lines, capture_output=True, text=True)
    outputs = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("[")]
    if len(outputs) < len(inputs):
        return f"{len(outputs)} of {len(inputs)} outputs: {run.stderr.strip().splitlines()[:3]}"
    for tokens, ours, theirs in zip(inputs, outputs, expected):
        if len(ours) != len(theirs) or not all(map(same, ours, theirs)):
            return f"{tokens}: {ours} instead of {theirs}"
    return None


def main():
    repository, tool, *wanted = sys.argv[1:]
    prepare(repository)
    tally, seconds = collections.Counter(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number, case in cases(repository, wanted):
            tally["programs"] += 1
            program = case.get_program()
            length = case.get_max_seq_len() - 1
            try:
                text = translate(program, case.get_vocab(), length)
            except Unsupported as reason:
                print(f"{number}: not translated: {reason}")
                continue
            tally["translated"] += 1
            path = os.path.join(folder, f"case_{number}.rasp")
            with open(path, "w") as file:
                file.write(text)
            random.seed(number)
            vocabulary = sorted(case.get_vocab())
            for causal in [False, True] if case.supports_causal_masking() else [False]:
                inputs, expected = [], []
                for _ in range(20 * INPUTS):
                    tokens = [random.choice(vocabulary) for _ in range(random.randint(1, length))]
                    try:
                        values = causal_eval.evaluate(program, tokens) if causal else rasp.evaluate(program, tokens)
                    except Exception:  # An input on which tracr stops is no input to compare.
                        continue
                    inputs.append(tokens)
                    expected.append(values)
                    if len(inputs) == INPUTS:
                        break
                kind = "causal" if causal else "equal"
                difference = compare(tool, path, inputs, expected, causal)
                if difference:
                    print(f"{number}: {kind}: {difference}")
                else:
                    tally[kind] += 1
                    tally[kind + " inputs"] += len(inputs)
            start = time.time()
            model = os.path.join(folder, f"model_{number}")
            made = subprocess.run([tool, "compile", path, "--verify", "200", "--output", model],
                                  capture_output=True, text=True)
            seconds += time.time() - start
            if made.returncode == 0:
                tally["compiled"] += 1
            else:
                print(f"{number}: compile: {(made.stderr or made.stdout).strip().splitlines()[:3]}")
            sys.stdout.flush()
    print(", ".join(f"{name}: {count}" for name, count in tally.items()), f", compiling took {seconds:.1f} s")


if __name__ == "__main__":
    main()
