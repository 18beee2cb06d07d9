#!/usr/bin/env python3
"""A case folder in the hands of the tools it is made for. Outside CI.

    case.py --case DIR --scored FILE.json --page Sources/tracr-inject/Documentation.docc/UsingACase.md --eap-ig DIR
            [--binary .build/release/tracr-inject]

Runs the scripts of the page as they stand on the folder that `circuit RUN --output` wrote, reads its graph with
hannamw/EAP-IG's own `Graph.from_json`, its pairs with that code's columns and Edge-Pruning's, and compares. Needs torch,
transformers, transformer_lens, nnsight, safetensors, pandas. Ends with 1 where anything differs.
"""
import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas
import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer

FAILURES = []


def check(what, holds, note=""):
    if not holds:
        FAILURES.append(what)
    print(f"{'ok  ' if holds else 'FAIL'} {what}  {note}", flush=True)


def scripts(page):
    return re.findall(r"```python\n(.*?)```", Path(page).read_text(), re.S)


def run(script, *arguments, path=None):
    environment = {**__import__("os").environ, **({"PYTHONPATH": path} if path else {})}
    done = subprocess.run([sys.executable, "-c", script, *map(str, arguments)], capture_output=True, text=True, env=environment)
    if done.returncode:
        print(done.stderr[-2000:])
    return done.stdout.strip() if done.returncode == 0 else None


def check_pairs(folder, tokenizer):
    for file in sorted((folder / "pairs").glob("*.csv")):
        rows = pandas.read_csv(file)
        lines = [json.loads(line) for line in (folder / "pairs" / f"{file.stem}.jsonl").read_text().splitlines()]
        check(f"{file.name}: columns", list(rows.columns[:4]) == ["clean", "corrupted", "correct_idx", "incorrect_idx"])
        lengths = [(len(tokenizer.encode(row.clean)), len(tokenizer.encode(row.corrupted))) for row in rows.itertuples()]
        check(f"{file.name}: equal lengths", all(a == b for a, b in lengths), f"{len(rows)} pairs")
        check(f"{file.name}: answers differ", all(row.correct_idx != row.incorrect_idx for row in rows.itertuples()))
        marked = re.compile(r"^(.*)<predict>(.+)</predict>$", re.S)
        told = [marked.match(line["clean"]) for line in lines]
        check(f"{file.stem}.jsonl: the same prompts", len(lines) == len(rows) and all(
            match and match[1] == row.clean for match, row in zip(told, rows.itertuples())))


def check_variables(folder):
    bases, variables = load_file(folder / "variables.safetensors"), json.load(open(folder / "variables.json"))
    worst = max(float((rows @ rows.T - torch.eye(len(rows))).abs().max()) for rows in bases.values())
    check("bases are orthonormal", worst < 1e-4, f"{len(bases)} bases, largest difference {worst:.1e}")
    check("every variable has its basis", all(v["name"] in bases and len(bases[v["name"]]) == v["dimensions"] for v in variables))


def check_effects(binary, folder, logits):
    """The effect of each component by nnsight beside `discover --method exact`, which measures from what is not replaced."""
    with tempfile.TemporaryDirectory() as place:
        lines = (folder / "pairs" / "random-test.csv").read_text().splitlines()[:2]
        (Path(place) / "pair.csv").write_text("\n".join(lines) + "\n")
        done = subprocess.run(
            [binary, "discover", folder, "--method", "exact", "--level", "node", "--pairs", f"{place}/pair.csv", "--output",
             f"{place}/found.json", "--json", "--quiet"], check=True, capture_output=True, text=True)
    scores = json.loads(done.stdout)["scores"]
    base = logits["m0"] - scores["m0"]
    worst = max(abs(logits[node] - base - scores[node]) for node in logits)
    check("the same effects as discover", worst < 1e-4, f"{len(logits)} components, largest difference {worst:.1e}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("case", "scored", "page", "eap-ig"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--binary", help="compares precision at the true size with `score` as well")
    options = parser.parse_args()
    folder = Path(options.case)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    check_pairs(folder, tokenizer)
    check_variables(folder)
    lens, hooks, nnsight, mib = scripts(options.page)
    answer = run(lens, folder)
    check("components are replaced in TransformerLens", answer is not None, answer or "")
    answer = run(hooks, folder)
    check("a variable is exchanged", answer is not None, answer or "")
    answer = run(nnsight, folder)
    check("components are replaced in nnsight", answer is not None)
    if options.binary and answer:
        check_effects(options.binary, folder, json.loads(answer))
    with tempfile.TemporaryDirectory() as place:
        package = Path(place) / "eap"
        package.mkdir()
        source = subprocess.run(["git", "-C", options.eap_ig, "show", "HEAD:src/eap/graph.py"], check=True, capture_output=True, text=True).stdout
        (package / "__init__.py").write_text("")
        (package / "graph.py").write_text(source)
        (package / "visualization.py").write_text("get_color = generate_random_color = None\n")
        answer = run(mib, folder, options.scored, path=f"{place}:{__import__('os').environ.get('PYTHONPATH', '')}")
    check("MIB's Graph reads the truth", answer is not None, answer or "")
    if options.binary and answer:
        hits, positives = map(int, re.match(r"(\d+) of (\d+)", answer).groups())
        done = subprocess.run([options.binary, "score", options.scored, "--truth", str(folder), "--json"], check=True, capture_output=True, text=True)
        precision = json.loads(done.stdout)["precision_at_size"]
        check("precision at the true size", abs(precision - hits / positives) < 0.5 / positives, f"{precision:.4f}")
    sys.exit(f"failed: {', '.join(FAILURES)}" if FAILURES else 0)


if __name__ == "__main__":
    main()
