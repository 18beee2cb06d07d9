"""The same programs compiled by google-deepmind/tracr and by tracr-inject, each in a process of its own: seconds of
wall clock and processor, and peak memory.

    PYTHONPATH=/path/to/tracr python benchmark.py /path/to/tracr-inject [PROGRAM ...]

tracr compiles only. tracr-inject compiles and writes the model, and in the column behind that also verifies 1,000 inputs against its
interpreter.
"""
import os
import subprocess
import sys
import tempfile
import time

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
UP_TO_HERE = "select(indices, indices, <=)"


def shipped(name):
    with open(os.path.join(REPOSITORY, "Programs", name + ".rasp")) as file:
        return "".join(line for line in file if not line.startswith("#pragma"))


def algorithm_1(rasp):
    """Shuffle Dyck-3 as Programs/shuffle_dyck.rasp has it."""

    def width_of(keys, value, comparison):
        return rasp.SelectorWidth(rasp.Select(keys, rasp.Map(lambda _: value, rasp.indices), comparison))

    def either(a, b):
        return rasp.SequenceMap(lambda x, y: x or y, a, b)

    below, left = [], []
    for opening, closing in ["()", "{}", "[]"]:
        counts = [width_of(rasp.tokens, bracket, rasp.Comparison.EQ) for bracket in (opening, closing)]
        difference = rasp.SequenceMap(lambda x, y: x - y, *counts)
        below.append(rasp.Map(lambda x: x > 0, width_of(difference, 0, rasp.Comparison.LT)))
        left.append(rasp.Map(lambda x: x != 0, difference))
    wrong = either(either(either(*below[:2]), below[2]), either(either(*left[:2]), left[2]))
    asked = rasp.Map(lambda token: token == "compute", rasp.tokens)
    return rasp.SequenceMap(lambda x, y: x and not y, asked, wrong)


# name: (what tracr is given, the same in RASP's text, vocabulary, maximum length, causal)
LETTERS = ["a", "b", "c", "d"]
BRACKETS = ["(", ")", "{", "}", "[", "]"]
PROGRAMS = {
    "count": ("rasp.SelectorWidth(rasp.Select(rasp.tokens, rasp.Map(lambda x: 'x', rasp.tokens), rasp.Comparison.EQ))",
              'result = selector_width(select(tokens, "x", ==));', ["x", "y", "z"], 60, False),
    "histogram": ("lib.make_hist()", "result = selector_width(select(tokens, tokens, ==));", LETTERS, 60, False),
    "reverse": ("lib.make_reverse(rasp.tokens)",
                "result = aggregate(select(indices, length - indices - 1, ==), tokens);", LETTERS, 60, False),
    "fraction_previous": ("lib.make_frac_prevs(rasp.tokens == 'a')",
                          f'result = aggregate({UP_TO_HERE}, indicator(tokens == "a"));', LETTERS, 60, False),
    "shuffle_dyck_differences": ("lib.make_shuffle_dyck(pairs=['()', '{}', '[]'])", f"""
        def excess(opening, closing) {{
            return aggregate({UP_TO_HERE}, indicator(tokens == opening)) - aggregate({UP_TO_HERE}, indicator(tokens == closing));
        }}
        round_ = excess("(", ")"); curly = excess("{{", "}}"); square = excess("[", "]");
        below = round_ < 0 or curly < 0 or square < 0;
        never_below = aggregate(select(True, True, ==), indicator(below)) == 0;
        closed = round_ == 0 and curly == 0 and square == 0;
        ends_closed = aggregate(select(indices, length - 1, ==), closed);
        result = never_below and ends_closed;""", BRACKETS, 30, False),
    "shuffle_dyck": ("algorithm_1(rasp)", shipped("shuffle_dyck") + "result = final_result;", BRACKETS + ["compute", "_"], 30, True),
}


def compile_with_tracr(name):
    from tracr.compiler import compiling, lib
    from tracr.rasp import rasp

    source, _, vocabulary, length, causal = PROGRAMS[name]
    program = eval(source, {"rasp": rasp, "lib": lib, "algorithm_1": algorithm_1})
    compiling.compile_rasp_to_model(
        program, vocab=set(vocabulary), max_seq_len=length, causal=causal, compiler_bos="BOS", mlp_exactness=100_000)


def measured(command):
    """Wall seconds, processor seconds and MiB of a command; None when it fails."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        print(errors.decode()[-400:], file=sys.stderr)
        return None
    return time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def median(command, runs=5):
    """Of several runs, the one with the median wall time: a tenth of a second is easily disturbed."""
    results = sorted(filter(None, (measured(command) for _ in range(runs))))
    return results[len(results) // 2] if results else None


def main():
    if sys.argv[1] == "--tracr":
        return compile_with_tracr(sys.argv[2])
    ours = sys.argv[1]
    print("| program | tracr: s, processor s, MiB | tracr-inject | verifying as well | times as fast (wall, without verifying) |")
    print("|---|---|---|---|---|")
    for name in sys.argv[2:] or PROGRAMS:
        _, source, vocabulary, length, causal = PROGRAMS[name]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, name + ".rasp")
            words = " ".join(vocabulary)
            with open(path, "w") as file:
                file.write(f"#pragma vocab {words}\n#pragma max_length {length}\n#pragma causal {str(causal).lower()}\n")
                file.write(f"#pragma output result\n{source}\n")
            our, verifying = (
                median([ours, "compile", path, "--verify", count, "--output", os.path.join(folder, "out")])
                for count in ("0", "1000"))
        peer = measured([sys.executable, __file__, "--tracr", name])
        cells = ["failed" if m is None else f"{m[0]:.3f}, {m[1]:.3f}, {m[2]:.0f}" for m in (peer, our, verifying)]
        ratio = f"{peer[0] / our[0]:.0f}" if peer and our else "-"
        print(f"| {name} {length} | {' | '.join(cells)} | {ratio} |", flush=True)


main()
