"""Random expressions through the reference's console and ours: equal values, or an error in both.

    venv/bin/python Tests/RASPTests/Peer/differential_fuzz.py reference --count 60000

Disagreements of a known cause are counted by cause; any other is printed, and the exit code is 1.
"""

import collections
import sys

import reference
from expressions import Expressions

BATCH = 500

# (name, does it apply to the answers of the reference and of ours?). The documentation explains each.
CAUSES = [
    ("the reference stops in an error of its own code",
     lambda theirs, ours: "UnfinishedSequence" in theirs or "object has no attribute" in theirs),
    ("an integer of more than 64 bits",
     lambda theirs, ours: "64-bit" in ours or "overflow" in ours),
    ("count and contains of an atom, which the reference refuses",
     lambda theirs, ours: "indicator operator expects s-op, got: " in theirs and "ignoring" not in ours),
]


def normalized(answer):
    answer = answer.strip("\n ")
    return "error" if "ignoring" in answer or "something went wrong" in answer else answer


def main():
    parser = reference.arguments(__doc__)
    parser.add_argument("--count", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    both = reference.Implementations(options)
    expressions = Expressions(options.seed)
    equal = errors = done = 0
    explained, unexplained = collections.Counter(), []
    examples = {}
    while done < options.count:
        batch = [expressions.next() for _ in range(min(BATCH, options.count - done))]
        lines = [f"{expression};" for expression in batch]
        theirs, ours = (both.answers(which, lines) for which in ("reference", "ours"))
        assert len(theirs) == len(ours) == len(lines), "a console ended early"
        for expression, a, b in zip(batch, theirs, ours):
            done += 1
            if normalized(a) == normalized(b):
                equal += 1
                errors += normalized(a) == "error"
                continue
            cause = next((name for name, applies in CAUSES if applies(a, b)), None)
            if cause:
                explained[cause] += 1
                examples.setdefault(cause, expression)
            else:
                unexplained.append((expression, a, b))
    print(f"{done} expressions (seed {options.seed}): {equal - errors} equal values, {errors} errors in both")
    for cause, count in explained.most_common():
        print(f"{count} differ: {cause}, as in {examples[cause]}")
    print(f"{len(unexplained)} differ without a known cause")
    for expression, a, b in unexplained[:20]:
        print(f"\n{expression}\nreference: {a[:400]}\nours:      {b[:400]}")
    sys.exit(1 if unexplained else 0)


main()
