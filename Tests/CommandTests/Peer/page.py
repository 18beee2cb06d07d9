"""The scripts of UsingFromPython.md against the program itself.

    python page.py TRACR_INJECT RUN [PAGE]

Runs every Python block of the page on the run as it stands: the student's answers and the decoded variables against
`tracr-inject data` and `decode`, exchanges in transformers and in TransformerLens against what `tracr-inject export`
has written. Needs torch, transformers, safetensors and, for the last, transformer-lens.
"""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

tool, run = sys.argv[1], sys.argv[2]
here = Path(__file__).resolve()
page = Path(sys.argv[3]) if len(sys.argv) > 3 else (
    here.parents[3] / "Sources/tracr-inject/Documentation.docc/UsingFromPython.md")
answer, decode, exchange, lens = re.findall(r"```python\n(.*?)```", page.read_text(), re.S)


def python(script, *arguments):
    done = subprocess.run([sys.executable, "-c", script, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done.stdout.splitlines()[-1]


def command(*arguments):
    return subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True, check=True).stdout


with tempfile.TemporaryDirectory() as scratch:
    bundle = f"{scratch}/bundle"
    command("export", run, "--output", bundle, "--prompts", 32)
    records = [json.loads(line) for line in open(f"{bundle}/data/exchanges.jsonl")]
    predictions = [json.loads(line) for line in open(f"{bundle}/data/predictions.jsonl")]

    for prediction in predictions[:3]:
        said = python(answer, f"{bundle}/student", prediction["prompt"])
        assert said.startswith(prediction["generated"]), (said, prediction)
    print("answers: 3 prompts")

    compared = 0
    for prediction in predictions[:3]:
        text = prediction["prompt"] + prediction["answer"]
        own = json.loads(command("decode", text, "--run", bundle, "--json"))
        read = json.loads(python(decode, bundle, text))
        assert read["layer"] == own["layer"]
        for name, values in own["variables"].items():
            assert read["variables"][name] == values["decoded"], name
            compared += len(values["decoded"])
    print(f"decoded: {compared} values")

    # One exchange of each variable and state; both texts of the pair are compared.
    seen, checks = set(), []
    for record in records:
        key = (record["variable"], record["student_layer"])
        if key not in seen:
            seen.add(key)
            checks.append(record)
    for name, script in [("transformers", exchange), ("TransformerLens", lens)]:
        for record in checks:
            texts = [record["prompt"] + record["answer"], record["partner"] + record["partner_answer"]]
            said = json.loads(python(script, bundle, record["variable"], record["student_layer"], *texts))
            found = [said[0][position] for position in record["positions"]]
            assert found == record["said"], (name, record["variable"], record["student_layer"], found, record["said"])
        print(f"{name}: {len(checks)} exchanges")
