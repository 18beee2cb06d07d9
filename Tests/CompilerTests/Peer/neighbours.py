"""Programs of neighbouring languages beside ours, value by value: what is here of Programs/ and what their authors run.

    python Tests/CompilerTests/Peer/neighbours.py FOLDER .build/release/tracr-inject [NAME ...]

FOLDER holds checkouts under their own names, as many as there are of: `alta` (github.com/google-deepmind),
`discrete_attn_transformer` (microsoft), `decompiling_transformers` (lacoco-lab), `TransformerPrograms` (princeton-nlp). Nothing
of them is kept. InterpBench has a script of its own, `interpbench.py`, and so have COGS and ReCOGS, `cogs.py` of the tests of
RASP. Each line says how many values were compared and how many differ; exit code 1 if any does."""
import ast
import csv
import importlib
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import types

PROGRAMS = pathlib.Path(__file__).resolve().parents[3] / "Programs"
random.seed(1)


class Tool:
    def __init__(self, path):
        self.path = path

    def outputs(self, program, inputs, *options, text=None):
        """The program's output on each input, a list of tokens; `text` takes the place of the program's own."""
        lines = "\n".join(json.dumps([str(t) for t in tokens]) for tokens in inputs)
        with tempfile.TemporaryDirectory() as folder:
            if text is not None:
                program = pathlib.Path(folder) / "program.rasp"
                program.write_text(text)
            done = subprocess.run([self.path, "run", str(program), "--quiet", *options], input=lines,
                                  capture_output=True, text=True)
        results = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
        if len(results) != len(inputs):
            raise SystemExit(f"{program}: {len(results)} of {len(inputs)} inputs: {done.stderr[:1000]}")
        return results


failures = 0


def report(what, expected, found):
    global failures
    different = [pair for pair in zip(expected, found) if pair[0] != pair[1]]
    failures += len(different)
    print(f"{what}: {len(expected)} compared, {len(different)} differ", flush=True)
    for a, b in different[:3]:
        print(f"  expected {a}\n  found    {b}")


# -- ALTA: its interpreter beside ours


def alta(folder, tool):
    sys.path.insert(0, str(folder))
    from examples import addition, parity, subleq
    from examples.scan import grammar_utils, scan_sparse_program, scan_utils
    from framework.interpreter import interpreter_utils, program_utils

    def run(spec, ids, layers=None):
        return interpreter_utils.run_transformer(spec, program_utils.initialize_activations(spec, ids), max_layers=layers)

    spec = parity.build_sequential_program_absolute(max_input_length=10)
    inputs = [[random.randint(0, 1) for _ in range(random.randint(1, 10))] for _ in range(200)]
    report("ALTA parity", [run(spec, list(i), 9) for i in inputs], tool.outputs(PROGRAMS / "parity.rasp", inputs))

    spec, expected, inputs = addition.build_sparse_program_spec(), [], []
    for _ in range(200):
        a, b = random.randint(0, 10 ** random.randint(1, 3) - 1), random.randint(0, 999)
        inputs.append(list(addition.format_input(a, b)))
        expected.append([run(spec, addition.preprocess_input(a, b)), a + b])
    found = tool.outputs(PROGRAMS / "addition.rasp", inputs)
    report("ALTA addition", expected, [[digits, int("".join(map(str, digits[:-1])))] for digits in found])

    spec, inputs, expected = subleq.build_program_spec(), [], []
    while len(inputs) < 200:
        # Up to three instructions whose numbers stay in range, with data behind them.
        length = random.randint(1, 3) * 3
        memory = [random.randint(0, 15) for _ in range(length)] + [random.randint(-8, 8) for _ in range(16 - length)]
        for place in range(2, length, 3):
            memory[place] = random.choice([place + 1, -1])
        if random.random() < 0.3:
            memory[random.randrange(length)] = random.choice([-1, -2])
        try:
            # Nine layers are three instructions.
            after = subleq.decode_outputs(run(spec, subleq.encode_inputs(memory), 9))
        except (ValueError, KeyError, TypeError):
            continue
        if all(-16 <= value <= 16 for value in after):
            inputs.append(memory)
            expected.append(after)
    report("ALTA SUBLEQ", expected, tool.outputs(PROGRAMS / "subleq.rasp", inputs))

    def part():
        verb = random.choice(["walk", "look", "run", "jump", "turn"])
        kind = random.choice(["", "{d}", "opposite {d}", "around {d}"]) if verb != "turn" else random.choice(
            ["{d}", "opposite {d}", "around {d}"])
        words = f"{verb} {kind}".format(d=random.choice(["left", "right"])).split()
        return words + random.choice([[], ["twice"], ["thrice"]])

    spec, inputs, expected = scan_sparse_program.build_program_spec(), [], []
    # ALTA's interpreter takes seconds for a command.
    for words in [["jump", "twice"], "look right and turn opposite right twice".split()] + [part() for _ in range(3)]:
        ids = scan_utils.input_string_to_input_ids(" ".join(words))
        expected.append(scan_utils.decode_output(run(spec, ids, 512)))
        inputs.append(words + ["eos"] + ["_"] * 48)
    text = f'load "{PROGRAMS}/shared/scan";\nscan = scan(16, 113);\n#pragma output scan\n'
    found = tool.outputs(None, inputs, text=text)
    report("ALTA SCAN", expected, [[word for word in output if word] for output in found])


# -- PSL: the prompts of its interpreter, with their answers


def discrete_attn_transformer(folder, tool):
    text = (folder / "examples.yaml").read_text() + (folder / "psl_programs" / "icl_parser_gen.yaml").read_text()
    rows = sorted(set(re.findall(r'^\s*\w+:\s*\{prompt: "(.*?)", gold: "(.*?)"\}', text, re.M)))
    program = "\n".join(line for line in (PROGRAMS / "psl.rasp").read_text().splitlines()
                        if not line.startswith(("#pragma vocab", "#pragma max_length")))
    found = [tool.outputs(None, [prompt.split()], "--generate", str(len(gold.split())), text=program)[0]
             for prompt, gold in rows]
    report("PSL", [gold.split() for _, gold in rows], found)


# -- D-RASP: the data that its models are trained on


def decompiling_transformers(folder, tool):
    module = types.ModuleType("torch")
    module.utils, module.utils.data = types.ModuleType("torch.utils"), types.ModuleType("torch.utils.data")
    module.utils.data.Dataset = module.utils.data.IterableDataset = object
    for each in (module, module.utils, module.utils.data):
        sys.modules[each.__name__] = each
    sys.path.insert(0, str(folder / "crasp" / "scripts" / "patching"))
    import patching_data as data

    names = {"aa_star": "bce_aastar", "aaaa_star": "bce_aaaastar", "abab_star": "bce_ababstar", "abcde": "bce_abcde",
             "ab_d_bc": "bce_ab_d_bc", "zot_z_t": "bce_zot_z_t", **{f"d{n}": f"bce_D{n}" for n in (2, 3, 4, 12)},
             **{f"tomita{n}": f"bce_tomita{n}" for n in range(1, 8)}}
    for ours, theirs in names.items():
        language, inputs, expected = data.FormalLangDataset(None, (0, 0), -1, theirs).language, [], []
        while len(inputs) < 100:
            word = language.generate_pos_sample(5 if ours == "abcde" else 1, 30)
            if word:
                inputs.append(list(word))
                expected.append([sorted(t.strip("<>") for t in after) for after in language.get_next_tokens(word)])
        found = tool.outputs(PROGRAMS / "decompiling" / f"{ours}.rasp", inputs)
        report(f"D-RASP {theirs}", expected, [[sorted(text.split()) for text in output] for output in found])

    letters = "abcdefghij"
    tasks = {"unique_copy": (letters, 10), "unique_reverse": (letters, 10), "unique_bigram_copy": (letters, 10),
             "repeat_copy": ("ab", 13), "sort": (letters, 10), "majority": ("abcd", 22), "bin_majority": ("01", 38),
             "bin_majority_interleave": ("01", 24), "parity": ("01", 28), "addition": ("01+", 9),
             "count": ([str(n) for n in range(20)], 18)}
    renamed = {"bin_majority": "binary_majority", "bin_majority_interleave": "interleaved_majority"}
    for name, (vocabulary, longest) in tasks.items():
        tokenizer = data.customTokenizer(list(vocabulary))
        made = iter(data.get_dataset_for_task(name, tokenizer, (1, longest), longest, {"period_for_data": 3}))
        inputs, expected = [], []
        while len(inputs) < 100:
            ids, _, _ = next(made)
            tokens = [token.strip("<>") for token in tokenizer.convert_ids_to_tokens(ids)][1:]
            middle = tokens.index("sep")
            if name == "addition" and max(map(len, "".join(tokens[:middle]).split("+"))) > 4:
                continue
            inputs.append(tokens[:-1])
            expected.append([None] * middle + tokens[middle + 1:])
        found = tool.outputs(PROGRAMS / "decompiling" / f"{renamed.get(name, name)}.rasp", inputs)
        report(f"D-RASP {name}", expected, found)


# -- Transformer Programs: learnt Python, translated


def TransformerPrograms(folder, tool):
    from transformer_program_to_rasp import translate
    os.chdir(folder)
    for path in sorted(folder.glob("programs/rasp*/*/*.py")):
        name = f"{path.parts[-3]}/{path.stem}"
        text = translate(path)
        inputs, expected = examples(path)
        found = tool.outputs(None, inputs, text=text)
        report(f"Transformer Program {name}", expected, [list(map(str, output)) for output in found])


def examples(path):
    """The inputs that a program lists, and what it says to them itself."""
    source = path.read_text()
    module = types.ModuleType(path.stem)
    sys.stdout, kept = open(os.devnull, "w"), sys.stdout
    try:
        exec(compile(source, str(path), "exec"), module.__dict__)
    finally:
        sys.stdout = kept
    inputs = [x for x, _ in module.examples]
    return inputs, [list(map(str, module.run(list(x)))) for x in inputs]


def main():
    folder, tool = pathlib.Path(sys.argv[1]).resolve(), Tool(str(pathlib.Path(sys.argv[2]).resolve()))
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
    for compare in (alta, discrete_attn_transformer, decompiling_transformers, TransformerPrograms):
        if (folder / compare.__name__).is_dir() and (not sys.argv[3:] or compare.__name__ in sys.argv[3:]):
            compare(folder / compare.__name__, tool)
    sys.exit(1 if failures else 0)


main()
