"""The reference's three programs in both implementations: equal values on random inputs, and the layers and heads that
the reference's scheduler reports.

    venv/bin/python Tests/RASPTests/Peer/programs.py reference
"""

import json
import random
import shlex
import subprocess
import sys

import reference

# file, letters of the inputs, and per s-op the heads in each layer as the reference's analysis gives them.
PROGRAMS = [
    ("paper_examples", "§aabbc", {
        "hist_bos": [1], "hist_nobos": [2], "reverse": [1, 1], "sort_bos": [1, 1], "hist2_bos": [2, 1], "sort_by_most_freq": [2, 1, 1]}),
    ("paper_examples", "(){}a", {"dyck1_ptf": [1, 1], "dyck2_ptf": [1, 2, 1, 1], "dyck3_ptf": [1, 2, 1, 1]}),
    ("long_addition", "0123456789+", {"longsum": [2, 1, 1, 1, 1]}),
    ("rover", "abAB,:#<x", {"res": [3, 5, 10, 1, 2, 3, 4, 2, 1, 3, 4, 2, 1, 3, 3, 1]}),
]


def inputs(letters, count, generator):
    for _ in range(count):
        yield "".join(generator.choice(letters) for _ in range(generator.randint(3, 12)))


def main():
    parser = reference.arguments(__doc__)
    parser.add_argument("--count", type=int, default=20, help="inputs for each s-op")
    options = parser.parse_args()
    both = reference.Implementations(options)
    tool = shlex.split(options.ours)[0]
    generator = random.Random(1)
    failures = values = tables = 0
    for file, letters, sops in PROGRAMS:
        lines = [f'{name}("{text}");' for name in sops for text in inputs(letters, options.count, generator)]
        setup = [f'load "{file}";']
        theirs, ours = (both.answers(which, setup + lines)[1:] for which in ("reference", "ours"))
        for line, a, b in zip(lines, theirs, ours):
            values += 1
            are_errors = all("ignoring" in x or "something went wrong" in x for x in (a, b))
            if a.strip() != b.strip() and not are_errors:
                failures += 1
                print(f"{file}: {line}\nreference: {a}\nours:      {b}")
        for name, heads in sops.items():
            tables += 1
            done = subprocess.run(
                [tool, "run", str(both.folder / f"{file}.rasp"), "--name", name, "--layers", "--json", "--quiet"], stdout=subprocess.PIPE)
            found = json.loads(done.stdout)["heads_per_layer"]
            if found != heads:
                failures += 1
                print(f"{file}: {name} needs heads {heads} by the reference, {found} by ours")
    print(f"{values} values and {tables} tables of layers compared, {failures} differ")
    sys.exit(1 if failures else 0)


main()
