"""Writes tokenizer_folders.json: small tokenizer folders, and the tokens that transformers makes of texts with each.

    python Tests/LanguageModelsTests/Goldens/tokenizer_folders.py     # transformers 5.24, tokenizers 0.23

Every folder has one vocabulary, which `FolderTokenizerTests.swift` writes as `write` does here: the symbols of the 256 bytes, `ab`,
`Ġab` and <|endoftext|>, and the case's own symbols behind them.
"""
import json, os, pathlib, tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
from transformers import AutoTokenizer

END, EXTRA = "<|endoftext|>", 259
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def byte_symbols():
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = iter(range(0x100, 0x200))
    return [chr(b) if b in visible else chr(next(hidden)) for b in range(256)]


def token(id, content, **flags):
    return {**dict(id=id, content=content, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True), **flags}


def case(name, single=None, settings=None, specials=None, added=None, symbols=(), without=(), texts=()):
    """single: tokenizer.json but for the vocabulary; without: bytes that have no symbol."""
    return dict(name=name, single=single, settings=settings, specials=specials, added=added, symbols=list(symbols),
                without=list(without), texts=list(texts))


def single(pre_tokenizer=BYTE_LEVEL, added=(), model={}, **sections):
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [token(258, END), *added], "normalizer": None,
            "pre_tokenizer": pre_tokenizer, "post_processor": None, "decoder": BYTE_LEVEL,
            "model": {"type": "BPE", "unk_token": None, "fuse_unk": False, **model}, **sections}


GPT2, FAST = {"tokenizer_class": "GPT2Tokenizer"}, {"tokenizer_class": "PreTrainedTokenizerFast"}
WORDS = ["ab ab", "", "ab<|endoftext|>ab", "\nab"]
template = {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": END, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}], "special_tokens": {END: {"id": END, "ids": [258], "tokens": [END]}}}
NAMED, SPECIALS = {"image_token": "<i>"}, ["a <i> <s> <t>b", "<t><s><i>"]


def modern(digits):
    """The expression of Llama 3 and Qwen."""
    return {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "behavior": "Isolated", "invert": False, "pattern": {"Regex":
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|" + digits
            + r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"}},
        {**BYTE_LEVEL, "use_regex": False}]}


MODERN = ["ab ab'AB 'ab", "ab  ab\tab\n\n ab  \n", "ab12345 1a b", "(ab) [ab]\r\n\nab", "x'\u017fab 'LL'd", "e\u0301 \u00e9ab \u0967\u0968\u0969\u096a", " ab ", "\n ab"]
MARK = "\u2581"
MARKED = {"type": "Sequence", "normalizers": [
    {"type": "Prepend", "prepend": MARK}, {"type": "Replace", "pattern": {"String": " "}, "content": MARK}]}
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
PIECES, LLAMA = [MARK, "<s>", "<unk>", *BYTES], {"tokenizer_class": "LlamaTokenizer", "unk_token": "<unk>", "bos_token": "<s>"}
TEXT = ["ab ab", " ab", "a\nb  ab ", "\u65e5ab", "ab<s> ab", ""]
CASES = [
    case("vocab.json alone", texts=WORDS),
    case("prefix space, vocab.json", settings={**GPT2, "add_prefix_space": True}, texts=WORDS),
    case("prefix space, tokenizer.json of GPT-2's class", single(), {**GPT2, "add_prefix_space": True}, texts=WORDS),
    case("prefix space in tokenizer.json counts for nothing", single({**BYTE_LEVEL, "add_prefix_space": True}), GPT2, texts=WORDS),
    case("prefix space in tokenizer.json", single({**BYTE_LEVEL, "add_prefix_space": True}), FAST, texts=WORDS),
    case("added_tokens.json", settings={**GPT2, "pad_token": "<pad>"}, added={"<pad>": 259, "<sep>": 260}, texts=["a<sep>b<pad>"]),
    case("special tokens in the vocabulary", settings=GPT2, specials={"bos_token": "<s>", "eos_token": "</s>"}, symbols=["<s>", "</s>"],
         texts=["<s>ab</s>"]),
    case("special_tokens_map.json wins", single(), {**GPT2, "eos_token": "<x>"}, {"eos_token": "<y>", "pad_token": "<p>"},
         texts=["a<x><y><p>"]),
    case("added_tokens_decoder wins", single(), {**GPT2, "added_tokens_decoder": {"259": {"content": "<x>", "rstrip": True, "special": True}}},
         {"eos_token": "<y>"}, texts=["a<x> b<y>"]),
    case("tokens that are not normalized first", single(added=[token(259, "abba", normalized=True), token(260, "ba")]), FAST, texts=["abba"]),
    case("white space and words", single(added=[token(259, "<l>", lstrip=True), token(260, "<r>", rstrip=True),
                                                token(261, "ab", single_word=True), token(262, "é", normalized=True, special=False)]),
         GPT2, texts=["a <l> a <r>  a", "ab abc ab_ ab-ab éab", "  <l>  <r>  "]),
    case("é in both spellings", single(added=[token(259, "caf\u00e9"), token(260, "cafe\u0301"), token(261, "\u212b")]), GPT2,
         texts=["caf\u00e9 cafe\u0301\u212b\u00c5"]),
    case("NFC", single(normalizer={"type": "NFC"}, added=[token(259, "cafe\u0301", normalized=True)]), FAST,
         texts=["cafe\u0301 caf\u00e9 e\u0301"]),
    case("NFC counts for nothing in GPT-2's class", single(normalizer={"type": "NFC"}), GPT2, texts=["e\u0301"]),
    case("Sequence of a Split and ByteLevel", single({"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": PATTERN}, "behavior": "Isolated", "invert": False}, {**BYTE_LEVEL, "use_regex": False}]}), FAST,
         texts=["ab ab  ab's"]),
    case("Llama 3's expression", single(modern(r"\p{N}{1,3}")), FAST, texts=MODERN),
    case("Qwen's expression", single(modern(r"\p{N}"), normalizer={"type": "NFC"}), FAST, texts=MODERN),
    case("Qwen's class", single(), {"tokenizer_class": "Qwen2Tokenizer"}, texts=MODERN),
    case("GPT-NeoX's class", single(post_processor=template), {"tokenizer_class": "GPTNeoXTokenizer", "add_bos_token": True}, texts=MODERN),
    case("GPT-NeoX's class, nothing around a text", single(post_processor=template), {"tokenizer_class": "GPTNeoXTokenizer"}, texts=MODERN),
    case("Llama's class, of bytes", single(), LLAMA, texts=WORDS),
    case("pieces, marked by the normalizer", single(None, normalizer=MARKED, decoder=None, model={
        "unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True}), FAST, symbols=PIECES, texts=TEXT),
    case("pieces without bytes", single(None, normalizer=MARKED, decoder=None, model={"unk_token": "<unk>", "fuse_unk": True}), FAST,
         symbols=PIECES[:3], texts=TEXT),
    case("pieces, marked by the pre-tokenizer", single({"type": "Metaspace", "replacement": MARK, "prepend_scheme": "always", "split": True},
         decoder=None, model={"unk_token": "<unk>", "byte_fallback": True}), FAST, symbols=PIECES, texts=TEXT),
    case("pieces, Llama's class", single(None, normalizer=MARKED, decoder=None), LLAMA, symbols=PIECES, texts=TEXT),
    case("pieces, Llama's class of old", single(None, normalizer=MARKED, decoder=None), {**LLAMA, "legacy": True}, symbols=PIECES, texts=TEXT),
    case("no cut into words", single({**BYTE_LEVEL, "use_regex": False}), FAST, texts=["ab ab"]),
    case("a template", single(post_processor=template), GPT2, texts=WORDS),
    case("add_bos_token and add_eos_token", settings={**GPT2, "add_bos_token": True, "add_eos_token": True}, texts=WORDS),
    case("bytes without a symbol are left out", single(), GPT2, without=[0x78, 0x79], texts=["axb xy aby"]),
    case("unknown token", single(model={"unk_token": END}), FAST, without=[0x78, 0x79], texts=["axyb xy"]),
    case("unknown tokens in a row are one", single(model={"unk_token": END, "fuse_unk": True}), FAST, without=[0x78, 0x79],
         texts=["axyb xy"]),
    case("whole words", single(model={"ignore_merges": True}), FAST, symbols=["abba"], texts=["abba abba"]),
    case("names beside a list", single(), {**GPT2, "extra_special_tokens": NAMED, "additional_special_tokens": ["<s>", "<t>"]},
         texts=SPECIALS),
    case("names beside a list, the class that takes tokenizer.json", single(), {
        **FAST, "extra_special_tokens": NAMED, "additional_special_tokens": ["<s>"]}, texts=SPECIALS),
    case("no names beside a list", single(), {**GPT2, "extra_special_tokens": {}, "additional_special_tokens": ["<s>"]}, texts=SPECIALS),
    case("two lists, of which one counts", single(), {**GPT2, "extra_special_tokens": ["<i>"], "additional_special_tokens": ["<s>"]},
         texts=SPECIALS),
    case("an empty list keeps out that of special_tokens_map.json", single(), {**GPT2, "extra_special_tokens": []},
         {"additional_special_tokens": ["<s>"]}, texts=SPECIALS),
    case("names, and a list of special_tokens_map.json", single(), {**GPT2, "extra_special_tokens": NAMED, "additional_special_tokens": ["<s>"]},
         {"additional_special_tokens": ["<t>"]}, texts=SPECIALS),
    case("a list, and names of special_tokens_map.json", single(), {**GPT2, "extra_special_tokens": ["<s>"], "additional_special_tokens": ["<t>"]},
         {"extra_special_tokens": NAMED}, texts=SPECIALS),
    case("other names replace model_specific_special_tokens", single(), {**GPT2, "model_specific_special_tokens": NAMED, "u_token": "<s>"},
         texts=SPECIALS),
    case("a name of tokenizer_config.json wins", single(), {**GPT2, "u_token": "<s>"}, {"u_token": "<t>"}, texts=SPECIALS),
    case("an object under a name is replaced", single(), {**GPT2, "u_token": {"__type": "AddedToken", "content": "<s>", "lstrip": True}},
         {"u_token": {"content": "<t>", "rstrip": True}}, texts=SPECIALS),
    case("added_tokens.json, a list beside names", None, {**GPT2, "extra_special_tokens": NAMED, "additional_special_tokens": ["<s>"]},
         added={"<s>": 259, "<i>": 260}, texts=SPECIALS),
    case("special tokens left as text", single(), {**GPT2, "split_special_tokens": True}, texts=["a<|endoftext|>"]),
]


def write(folder, case):
    symbols = [s if b not in case["without"] else f"<no {b}>" for b, s in enumerate(byte_symbols())]
    vocabulary = {s: n for n, s in enumerate([*symbols, "ab", "\u0120ab", END, *case["symbols"]])}
    merges = [["a", "b"], ["\u0120", "ab"]]
    files = {"config.json": {"model_type": "gpt2"}, "tokenizer_config.json": case["settings"], "special_tokens_map.json": case["specials"],
             "added_tokens.json": case["added"], "vocab.json": vocabulary}
    if case["single"]:
        files["tokenizer.json"] = {**case["single"], "model": {**case["single"]["model"], "vocab": vocabulary, "merges": merges}}
    for name, content in files.items():
        if content is not None:
            (folder / name).write_text(json.dumps(content))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(" ".join(m) + "\n" for m in merges))


for item in CASES:
    with tempfile.TemporaryDirectory() as folder:
        write(pathlib.Path(folder), item)
        tokenizer = AutoTokenizer.from_pretrained(folder)
        item["texts"] = [{"text": text, "ids": tokenizer(text)["input_ids"]} for text in item["texts"]]
        item["end"] = tokenizer.eos_token_id
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text("[\n" + ",\n".join(json.dumps(item) for item in CASES) + "\n]\n")
