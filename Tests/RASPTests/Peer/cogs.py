"""Bruns' programs that translate the sentences of COGS and ReCOGS into logical forms, token by token (arXiv 2504.15349).

    python Tests/RASPTests/Peer/cogs.py recogs PROGRAM TEST .build/release/tracr-inject
    python Tests/RASPTests/Peer/cogs.py cogs PROGRAM TEST .build/release/tracr-inject

PROGRAM is `word-level-pos-tokens-recogs-style-decoder-loop.rasp` of github.com/willy-b/learning-rasp, or
`rasp-for-cogs.rasp` of github.com/willy-b/RASP-for-COGS; TEST is `recogs_positional_index/test.tsv`, or `cogs/test.tsv`, of
github.com/frankaging/ReCOGS. Neither comes with this repository. The authors report 3,000 of 3,000 and 2,999 of 3,000.

Sentences are prepared as the authors' scripts do: the full stop is dropped; for ReCOGS all letters become small, for COGS the
article that begins a sentence does, and `|`, which ends the input, is appended. A logical form counts if it is the expected
one token by token; letters are compared without case for ReCOGS, whose program writes names small."""
import concurrent.futures
import json
import os
import resource
import subprocess
import sys
import time

BATCH = 50


def prompt(kind, sentence):
    words = sentence.replace(" .", "").replace(".", "").split(" ")
    if kind == "recogs":
        return [word.lower() for word in words]
    if words[0] in ("A", "The"):
        words[0] = words[0].lower()
    return words + ["|"]


def generate(tool, program, prompts):
    """The tokens written behind each prompt; None where the program stops with an error."""
    texts = [json.dumps(p) for p in prompts]
    command = [tool, "run", program, *texts, "--name", "output", "--generate", "400", "--until", "", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return [json.loads(line) for line in done.stdout.splitlines()]
    if len(prompts) == 1:
        return [None]
    return [generate(tool, program, [p])[0] for p in prompts]


def logical_form(kind, tokens):
    if not tokens or tokens[-1] != "":
        return None
    text = " ".join(str(t) for t in tokens[:-1])
    if kind == "recogs":
        text = text.removeprefix("| ").lower()
    return text


def main():
    kind, program, test, tool = sys.argv[1:]
    with open(test) as file:
        rows = [line.rstrip("\n").split("\t")[:2] for line in file]
    start, equal, written = time.time(), 0, 0
    firsts = range(0, len(rows), BATCH)
    prompts = [[prompt(kind, sentence) for sentence, _ in rows[first:first + BATCH]] for first in firsts]
    # One command a core; results come in the order of the file.
    pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count())
    for first, results in zip(firsts, pool.map(lambda batch: generate(tool, program, batch), prompts)):
        batch = rows[first:first + BATCH]
        for (sentence, form), tokens in zip(batch, results):
            written += len(tokens or [])
            found = logical_form(kind, tokens)
            if found == (form.lower() if kind == "recogs" else form):
                equal += 1
            else:
                print(f"{sentence}\n  expected {form}\n  found    {found}", flush=True)
        if first % 500 == 450:
            print(f"{equal} of {first + len(batch)}", flush=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{equal} of {len(rows)}; {written} tokens written; {used.ru_utime + used.ru_stime:.0f} s of processor time, "
          f"{time.time() - start:.0f} s in all")


main()
