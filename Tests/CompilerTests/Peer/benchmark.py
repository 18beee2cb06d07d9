"""The same programs compiled by google-deepmind/tracr and by tracr-inject, each in a process of its own: seconds of
wall clock and processor, and peak memory.

    PYTHONPATH=/path/to/tracr python benchmark.py /path/to/tracr-inject [PROGRAM ...]

tracr compiles only; tracr-inject compiles, verifies 1,000 inputs against its interpreter and writes the model.
"""
import os
import subprocess
import sys
import tempfile
import time

UP_TO_HERE = "select(indices, indices, <=)"

# name: (what tracr is given, the same in RASP's text, vocabulary, maximum length)
LETTERS = ["a", "b", "c", "d"]
BRACKETS = ["(", ")", "{", "}", "[", "]"]
PROGRAMS = {
    "count": ("rasp.SelectorWidth(rasp.Select(rasp.tokens, rasp.Map(lambda x: 'x', rasp.tokens), rasp.Comparison.EQ))",
              'result = selector_width(select(tokens, "x", ==));', ["x", "y", "z"], 60),
    "histogram": ("lib.make_hist()", "result = selector_width(select(tokens, tokens, ==));", LETTERS, 60),
    "reverse": ("lib.make_reverse(rasp.tokens)",
                "result = aggregate(select(indices, length - indices - 1, ==), tokens);", LETTERS, 60),
    "fraction_previous": ("lib.make_frac_prevs(rasp.tokens == 'a')",
                          f'result = aggregate({UP_TO_HERE}, indicator(tokens == "a"));', LETTERS, 60),
    "shuffle_dyck_differences": ("lib.make_shuffle_dyck(pairs=['()', '{}', '[]'])", f"""
        def excess(opening, closing) {{
            return aggregate({UP_TO_HERE}, indicator(tokens == opening)) - aggregate({UP_TO_HERE}, indicator(tokens == closing));
        }}
        round_ = excess("(", ")"); curly = excess("{{", "}}"); square = excess("[", "]");
        below = round_ < 0 or curly < 0 or square < 0;
        never_below = aggregate(select(True, True, ==), indicator(below)) == 0;
        closed = round_ == 0 and curly == 0 and square == 0;
        ends_closed = aggregate(select(indices, length - 1, ==), closed);
        result = never_below and ends_closed;""", BRACKETS, 30),
}


def compile_with_tracr(name):
    from tracr.compiler import compiling, lib
    from tracr.rasp import rasp

    source, _, vocabulary, length = PROGRAMS[name]
    program = eval(source, {"rasp": rasp, "lib": lib})
    compiling.compile_rasp_to_model(
        program, vocab=set(vocabulary), max_seq_len=length, compiler_bos="BOS", mlp_exactness=100_000)


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


def main():
    if sys.argv[1] == "--tracr":
        return compile_with_tracr(sys.argv[2])
    ours = sys.argv[1]
    print("| program | tracr: s, processor s, MiB | tracr-inject: s, processor s, MiB | times as fast (processor) |")
    print("|---|---|---|---|")
    for name in sys.argv[2:] or PROGRAMS:
        _, source, vocabulary, length = PROGRAMS[name]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, name + ".rasp")
            words = " ".join(vocabulary)
            with open(path, "w") as file:
                file.write(f"#pragma vocab {words}\n#pragma max_length {length}\n#pragma output result\n{source}\n")
            our = measured([ours, "compile", path, "--verify", "1000", "--output", os.path.join(folder, "out")])
        peer = measured([sys.executable, __file__, "--tracr", name])
        cells = ["failed" if m is None else f"{m[0]:.3f}, {m[1]:.3f}, {m[2]:.0f}" for m in (peer, our)]
        ratio = f"{peer[1] / our[1]:.0f}" if peer and our else "-"
        print(f"| {name} {length} | {cells[0]} | {cells[1]} | {ratio} |", flush=True)


main()
