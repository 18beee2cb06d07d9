#!/usr/bin/env python3
"""Hugging Face folders of many shapes, read by tracr-inject and by transformers: are the two equal?

    python Tests/LanguageModelsTests/Peer/folders.py [--tool .build/release/tracr-inject] [--only PART-OF-A-NAME] [--from NUMBER] [--keep FOLDER]

Makes every folder by itself: a byte-level vocabulary trained on a few sentences, a random GPT-2 of six layers and width 32, and
for each case an edit of their files. Compared are the tokens of texts (`tokenize --json`), the perplexity of a text
(`eval --suite perplexity --json`), and what `train --steps 0` saves, loaded again by transformers: tokens, special tokens, added
tokens, chat template, generation settings and configuration. Prints a table of `equal`, `refused by name` (where a case expects
it) and `DIFFERENT`, and ends with 1 where anything is different. Needs torch, transformers, tokenizers and safetensors
(`shared/peers/setup.sh` or pip); it is no part of the test suite. Measured with transformers 5.24 and tokenizers 0.23.
"""
import argparse, copy, json, math, os, pathlib, random, shutil, subprocess, sys, tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
import torch
import transformers
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2Config, GPT2LMHeadModel

transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()

END = "<|endoftext|>"
GPT2_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
TIKTOKEN_PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
SENTENCES = [
    "Once upon a time there was a fox. The fox said 'hello' to the dog, and the dog said nothing.",
    "What is the number of 'X' in this text? x y x x y. Answer: 3", "Then it rained for days, and the café was closed.",
    "0 1 2 3 4 5 6 7 8 9 x y z : a: x: y:",
] * 4
TEXTS = [
    "the fox", "", " ", "the fox said 'hello'.  And\n\nthe dog\tsaid nothing ", "a<|endoftext|>b", "x <pad> y", " café cafe\u0301 \u212b Å",
    "a<sep>b<sep> c  <sep>", "foobar foo bar foo_ foo.", "<s>the dog</s>", "日本語 🦊 \u00a0x", "it's we'll  'tis", "The İstanbul ΣΑΣ",
    "a\r\nb\r\n", "<|im_start|>user\nhello<|im_end|>\n", "<mask> <unk> [PAD] <foo>",
]
PLAIN = "Once upon a time there was a fox. The fox said 'hello' to the dog,\nand the dog said nothing.\nThen it rained.\n"
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}


def added(id, content, **flags):
    token = dict(id=id, content=content, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
    return {**token, **flags}


def train_vocabulary(all_bytes):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet() if all_bytes else []
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=[], initial_alphabet=sorted(alphabet), show_progress=False)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    root = json.loads(tokenizer.to_str())
    for character in "0123456789xyzX:":  # what the task's answers need: a character with the space before it is one token
        if "Ġ" + character not in root["model"]["vocab"]:
            for symbol in ("Ġ", character, "Ġ" + character):
                root["model"]["vocab"].setdefault(symbol, len(root["model"]["vocab"]))
            root["model"]["merges"].append(["Ġ", character])
    end = len(root["model"]["vocab"])
    root["model"]["vocab"][END] = end
    root["added_tokens"] = [added(end, END)]
    root["decoder"] = BYTE_LEVEL
    return root


WHOLE, SPARSE = train_vocabulary(True), train_vocabulary(False)


class Folder:
    """The files of a case, before they are written."""

    def __init__(self, root=WHOLE, single=True, pair=True):
        self.root = copy.deepcopy(root)
        self.end = self.root["model"]["vocab"][END]
        self.single, self.pair = single, pair
        self.settings = {"tokenizer_class": "GPT2Tokenizer", "bos_token": END, "eos_token": END, "unk_token": END, "model_max_length": 512}
        self.other = {}
        self.rows = self.end + 1 + 8
        self.config = dict(
            model_type="gpt2", architectures=["GPT2LMHeadModel"], vocab_size=self.rows, n_positions=512, n_embd=32, n_layer=6, n_head=2,
            activation_function="gelu_new", bos_token_id=self.end, eos_token_id=self.end, torch_dtype="float32", resid_pdrop=0.1)
        self.weights = lambda w: w
        self.metadata = {"format": "pt"}
        self.after = lambda folder: folder
        self.texts = TEXTS

    @property
    def model(self):
        return self.root["model"]

    def fast(self):
        self.settings["tokenizer_class"] = "PreTrainedTokenizerFast"
        return self

    def add(self, content, **flags):
        id = len({**self.model["vocab"], **{t["content"]: 0 for t in self.root["added_tokens"]}})
        self.root["added_tokens"].append(added(self.model["vocab"].get(content, id), content, **flags))

    def write(self, folder):
        folder.mkdir(parents=True)
        dump = lambda name, value: (folder / name).write_text(
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), encoding="utf-8", newline="")
        dump("config.json", self.config)
        if self.single:
            dump("tokenizer.json", self.root)
        if self.pair:
            dump("vocab.json", self.model["vocab"])
            dump("merges.txt", "#version: 0.2\n" + "".join(" ".join(m) + "\n" for m in self.model["merges"]))
        if self.settings is not None:
            dump("tokenizer_config.json", self.settings)
        for name, value in self.other.items():
            (folder / name).parent.mkdir(exist_ok=True)
            dump(name, value)
        rows = self.config.get("vocab_size", self.rows)
        torch.manual_seed(rows)
        reference = GPT2LMHeadModel(GPT2Config(
            vocab_size=rows, n_positions=512, n_embd=32, n_layer=6, n_head=2, n_inner=self.config.get("n_inner"),
            bos_token_id=0, eos_token_id=0))
        for parameter in reference.parameters():  # far enough from zero that a wrong function shows
            parameter.data *= 3
        weights = {k: v.clone().contiguous() for k, v in reference.state_dict().items() if k != "lm_head.weight"}
        save_file(self.weights(weights), folder / "model.safetensors", metadata=self.metadata)
        return self.after(folder)


CASES = []


def case(name, checks="tokens", refused=False):
    def register(edit):
        CASES.append((name, checks.split(), refused, edit))
        return edit
    return register


def edited(name, edit, checks="tokens", refused=False, **shape):
    def make():
        folder = Folder(**shape)
        edit(folder)
        return folder
    case(name, checks, refused)(make)


exec(compile((pathlib.Path(__file__).parent / "folder_cases.py").read_text(), "folder_cases.py", "exec"))


def run(tool, *arguments):
    result = subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True)
    return result.returncode, result.stdout, result.stderr.strip()


class Refusal(Exception):
    pass


def must(outcome):
    code, output, error = outcome
    if code == 65 and "error:" in error:
        raise Refusal(" ".join(error.split("error:")[1].split())[:110])
    if code != 0:
        raise AssertionError(f"exit {code}: {error[-200:]}")
    return output


def check_tokens(tool, folder, texts):
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
    except BaseException as error:  # a panic of tokenizers is no Exception; what it cannot read, we are to refuse
        must(run(tool, "tokenize", "--student", folder, "--json", "x"))
        raise AssertionError(f"transformers cannot read it: {error}")
    for text in texts:
        expected = tokenizer(text)["input_ids"]
        ours = json.loads(must(run(tool, "tokenize", "--student", folder, "--json", "--", text)))["ids"]
        if ours != expected:
            raise AssertionError(f"{text!r}: {ours}, transformers {expected}")


def peer_perplexity(folder):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ids = torch.tensor([AutoTokenizer.from_pretrained(folder)(PLAIN)["input_ids"]])
    with torch.no_grad():
        return math.exp(model(ids, labels=ids).loss)


def check_perplexity(tool, folder, _):
    text = folder.parent / (folder.name + ".txt")
    text.write_text(PLAIN)
    expected = peer_perplexity(folder)
    ours = json.loads(must(run(tool, "eval", folder, "--suite", "perplexity", "--text", text, "--json")))
    ours = ours["suites"]["perplexity"]["perplexity"]
    if abs(ours / expected - 1) > 2e-5:
        raise AssertionError(f"perplexity {ours}, transformers {expected}")


def check_saved(tool, folder, texts):
    text = folder.parent / (folder.name + ".txt")
    text.write_text(PLAIN)
    output = folder.parent / (folder.name + "-run")
    must(run(tool, "train", "--task", "count", "--student", folder, "--steps", "0", "--text", text, "--output", output))
    saved = output / "student"
    before, after = AutoTokenizer.from_pretrained(folder), AutoTokenizer.from_pretrained(saved)
    for text in texts:
        if before(text)["input_ids"] != after(text)["input_ids"]:
            raise AssertionError(f"saved: {text!r}")
    for what in ("special_tokens_map", "added_tokens_decoder", "chat_template", "eos_token_id", "pad_token_id", "model_max_length",
                 "padding_side"):
        if str(getattr(before, what)) != str(getattr(after, what)):
            raise AssertionError(f"saved: {what} {getattr(after, what)}, was {getattr(before, what)}")
    read = lambda place, name: json.loads((place / name).read_text(encoding="utf-8-sig")) if (place / name).exists() else None
    if read(folder, "generation_config.json") != read(saved, "generation_config.json"):
        raise AssertionError("saved: generation_config.json")
    old, new = read(folder, "config.json"), read(saved, "config.json")
    written = {"architectures", "dtype", "torch_dtype", "n_ctx", "n_inner", "hidden_size", "num_hidden_layers", "num_attention_heads",
               "max_position_embeddings"}
    for key in old.keys() - written:
        if old[key] != new.get(key):
            raise AssertionError(f"saved: config.json {key} {new.get(key)}, was {old[key]}")
    if abs(peer_perplexity(folder) / peer_perplexity(saved) - 1) > 1e-6:
        raise AssertionError("saved: another perplexity")


CHECKS = {"tokens": check_tokens, "perplexity": check_perplexity, "saved": check_saved}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--tool", default=".build/release/tracr-inject")
    options.add_argument("--only", default="")
    options.add_argument("--from", dest="first", type=int, default=0, help="number of the case to begin with")
    options.add_argument("--keep")
    options = options.parse_args()
    place = pathlib.Path(options.keep or tempfile.mkdtemp(prefix="folders-"))
    counts = {"equal": 0, "refused by name": 0, "DIFFERENT": 0}
    for number, (name, checks, refused, make) in enumerate(CASES):
        if options.only not in name or number < options.first:
            continue
        shape = make()
        folder = shape.write(place / f"{number:03}")
        result, detail = "equal", " ".join(checks)
        try:
            for check in checks:
                CHECKS[check](os.path.abspath(options.tool), folder, shape.texts)
            if refused:
                result, detail = "DIFFERENT", "was to be refused"
        except Refusal as refusal:
            result, detail = ("refused by name" if refused else "DIFFERENT"), f"{refusal}"
        except Exception as error:
            result, detail = "DIFFERENT", f"{type(error).__name__}: {error}"[:300]
        counts[result] += 1
        print(f"{result:16} {name:58} {detail}", flush=True)
    if not options.keep:
        shutil.rmtree(place)
    print(", ".join(f"{count} {result}" for result, count in counts.items()))
    return 1 if counts["DIFFERENT"] else 0


if __name__ == "__main__":
    sys.exit(main())
