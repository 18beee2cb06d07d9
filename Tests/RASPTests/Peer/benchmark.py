"""Times one evaluation in both implementations, on one machine: rover, and sort, at 100 tokens.

    venv/bin/python Tests/RASPTests/Peer/benchmark.py reference

Processor time of whole sessions: one that only builds the s-op is subtracted from one that applies it to several inputs
as well, so that starting, parsing and building count on neither side.
"""

import random
import resource

import reference

ROVER = ("a<A,x<A:x<B,b#C,x<B:x<C," * 5)[:96] + ",a<B"


def processor_seconds(both, which, text):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    both.run(which, text)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = reference.arguments(__doc__)
    parser.add_argument("--repeat", type=int, default=5, help="the least of so many measurements counts")
    options = parser.parse_args()
    both = reference.Implementations(options)
    generator = random.Random(1)
    letters = "".join(generator.choice("abcdefghij") for _ in range(100))
    cases = [
        ("rover", 'examples off\nload "rover";\n', "res", ROVER, {"reference": 3, "ours": 60}),
        ("sort", "examples off\ns = sort(tokens,tokens);\n", "s", letters, {"reference": 20, "ours": 1000}),
    ]
    for name, setup, sop, text, counts in cases:
        seconds = {}
        for which, count in counts.items():
            # Another character each time: the reference keeps the result of its last input.
            inputs = [text[:50] + "abcdefghij"[i % 10] + text[51:] for i in range(count)]
            session = setup + "".join(f'{sop}("{text}");\n' for text in inputs)
            seconds[which] = min(
                processor_seconds(both, which, session) - processor_seconds(both, which, setup)
                for _ in range(options.repeat)) / count
        print(
            f"{name}: reference {seconds['reference'] * 1e3:.1f} ms, ours {seconds['ours'] * 1e3:.3f} ms per evaluation,"
            f" ratio {seconds['reference'] / seconds['ours']:.0f}")


main()
