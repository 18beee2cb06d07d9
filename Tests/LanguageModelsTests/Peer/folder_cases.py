# The cases of folders.py, which runs this file: edits of a folder's files, one a shape that is met in the wild.


def put(mapping, **members):
    mapping.update(members)


ALL = "tokens perplexity saved"

# Which file a tokenizer is read from.
edited("as it comes", lambda f: None, ALL)
edited("tokenizer.json alone", lambda f: None, ALL, pair=False)
edited("vocab.json and merges.txt", lambda f: None, ALL, single=False)
edited("vocab.json and merges.txt, no tokenizer_config.json", lambda f: put(f.__dict__, settings=None), ALL, single=False)
edited("tokenizer.json, no tokenizer_config.json", lambda f: put(f.__dict__, settings=None), ALL)
edited("PreTrainedTokenizerFast", lambda f: f.fast(), ALL)
edited("GPT2TokenizerFast", lambda f: put(f.settings, tokenizer_class="GPT2TokenizerFast"))
edited("TokenizersBackend", lambda f: put(f.settings, tokenizer_class="TokenizersBackend"))
edited("tokenizer_class null", lambda f: put(f.settings, tokenizer_class=None))
edited("tokenizer_class in config.json", lambda f: (f.settings.pop("tokenizer_class"), put(f.config, tokenizer_class="PreTrainedTokenizerFast"),
                                                    put(f.root["pre_tokenizer"], add_prefix_space=True)))
edited("RobertaTokenizer", lambda f: put(f.settings, tokenizer_class="RobertaTokenizer"), refused=True)
edited("merges as strings", lambda f: put(f.model, merges=[" ".join(m) for m in f.model["merges"]]), ALL)
edited("merges.txt with CR LF", lambda f: put(f.other, **{"merges.txt": "#version: 0.2\r\n" + "".join(
    " ".join(m) + "\r\n" for m in f.model["merges"])}), ALL, single=False)

edited("PreTrainedTokenizerFast without tokenizer.json", lambda f: f.fast(), refused=True, single=False)

# Prefix space.
for single in (True, False):
    where = "tokenizer.json" if single else "vocab.json"
    edited(f"add_prefix_space in tokenizer_config.json, {where}", lambda f: put(f.settings, add_prefix_space=True), ALL, single=single)
edited("add_prefix_space in tokenizer.json", lambda f: put(f.root["pre_tokenizer"], add_prefix_space=True))
edited("add_prefix_space in tokenizer.json, fast", lambda f: put(f.fast().root["pre_tokenizer"], add_prefix_space=True), ALL)
edited("add_prefix_space in tokenizer_config.json, fast", lambda f: put(f.fast().settings, add_prefix_space=True))
edited("add_prefix_space in both", lambda f: (put(f.root["pre_tokenizer"], add_prefix_space=True), put(f.settings, add_prefix_space=True)))

# Pre-tokenizers.
for kind in ("gpt2", "fast"):
    def pre(value, kind=kind):
        return lambda f: (f.fast() if kind == "fast" else f, put(f.root, pre_tokenizer=value))
    edited(f"Sequence of ByteLevel, {kind}", pre({"type": "Sequence", "pretokenizers": [BYTE_LEVEL]}))
    for label, pattern in (("GPT-2's", GPT2_PATTERN), ("tiktoken's", TIKTOKEN_PATTERN)):
        for behavior, invert in (("Isolated", False), ("Removed", True)):
            edited(f"Split by {label} expression, {behavior}, {kind}", pre({"type": "Sequence", "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": pattern}, "behavior": behavior, "invert": invert},
                {**BYTE_LEVEL, "use_regex": False}]}))
edited("ByteLevel without use_regex, fast", lambda f: put(f.fast().root["pre_tokenizer"], use_regex=False))
edited("Whitespace, fast", lambda f: put(f.fast().root, pre_tokenizer={"type": "Whitespace"}), refused=True)
edited("Digits before ByteLevel, fast", lambda f: put(f.fast().root, pre_tokenizer={"type": "Sequence", "pretokenizers": [
    {"type": "Digits", "individual_digits": True}, BYTE_LEVEL]}), refused=True)
edited("Split by another expression, fast", lambda f: put(f.fast().root, pre_tokenizer={"type": "Sequence", "pretokenizers": [
    {"type": "Split", "pattern": {"Regex": r"\s+"}, "behavior": "Isolated", "invert": False}, {**BYTE_LEVEL, "use_regex": False}]}), refused=True)

# Normalizers.
for form in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase"):
    edited(f"normalizer {form}, fast", lambda f, form=form: put(f.fast().root, normalizer={"type": form}), "tokens saved")
edited("normalizer NFC, gpt2", lambda f: put(f.root, normalizer={"type": "NFC"}))
edited("normalizer Sequence of NFD and Lowercase, fast", lambda f: put(f.fast().root, normalizer={
    "type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "Lowercase"}]}))
edited("normalizer StripAccents, fast", lambda f: put(f.fast().root, normalizer={"type": "StripAccents"}), refused=True)
edited("normalizer Replace, fast", lambda f: put(f.fast().root, normalizer={
    "type": "Replace", "pattern": {"String": "a"}, "content": "b"}), refused=True)

# Added tokens and their flags.
for kind in ("gpt2", "fast"):
    def start(f, kind=kind):
        return f.fast() if kind == "fast" else f
    for flag in ("lstrip", "rstrip", "single_word", "normalized"):
        for special in (True, False):
            edited(f"added <sep> and foo, {flag}, special {special}, {kind}", lambda f, flag=flag, special=special, start=start: (
                start(f).add("<sep>", special=special, **{flag: True}), f.add("foo", special=special, **{flag: True})), "tokens")
    edited(f"special foobar normalized, bar not, {kind}", lambda f, start=start: (
        start(f).add("foobar", normalized=True), f.add("bar")), ALL)
    edited(f"added é composed and decomposed, {kind}", lambda f, start=start: (
        start(f).add("caf\u00e9", special=False), f.add("cafe\u0301", special=False), f.add("\u212b")), ALL)
    edited(f"added token normalized and NFD, {kind}", lambda f, start=start: (
        start(f).add("caf\u00e9", special=False, normalized=True), put(f.root, normalizer={"type": "NFD"})))
    edited(f"numbers of added tokens with a gap, {kind}", lambda f, start=start: (
        start(f).root["added_tokens"].append(added(f.end + 5, "<pad>"))))
    edited(f"pad beyond the embedding, {kind}", lambda f, start=start: (
        start(f).add("<pad>"), put(f.settings, pad_token="<pad>"), put(f.config, vocab_size=f.end + 1)), ALL)
    edited(f"added_tokens_decoder, {kind}", lambda f, start=start: (start(f), put(f.settings, added_tokens_decoder={
        str(f.end): {k: v for k, v in added(0, END, rstrip=True).items() if k != "id"},
        str(f.end + 1): {"content": "<sep>", "lstrip": True, "special": False}}, sep_token="<sep>")), ALL)
    edited(f"added_tokens_decoder against tokenizer.json, {kind}", lambda f, start=start: (
        start(f).add("foo", normalized=True, special=False),
        put(f.settings, added_tokens_decoder={str(f.end + 1): {"content": "<sep>", "rstrip": True, "special": False}})))
    edited(f"special_tokens_map.json against tokenizer_config.json, {kind}", lambda f, start=start: (start(f), put(f.other, **{
        "special_tokens_map.json": {"eos_token": {"content": "</s>", "lstrip": True, "rstrip": False, "normalized": True, "single_word": False},
                                    "pad_token": "<pad>", "additional_special_tokens": ["<sep>", "<foo>"]}})), ALL)
    edited(f"special_tokens_map.json without effect, {kind}", lambda f, start=start: (start(f), put(f.settings, added_tokens_decoder={}), put(
        f.other, **{"special_tokens_map.json": {"eos_token": "</s>", "pad_token": "<pad>"}})))
    edited(f"tokens of other roles, {kind}", lambda f, start=start: put(
        start(f).settings, foo_token="<foo>", mask_token="<mask>", sep_token={"__type": "AddedToken", "content": "<sep>", "lstrip": True,
        "rstrip": False, "single_word": False, "normalized": False, "special": True}, additional_special_tokens=["<s>"]), ALL)
    edited(f"extra_special_tokens by name, {kind}", lambda f, start=start: put(
        start(f).settings, extra_special_tokens={"image_token": "<foo>"}))
    # The two lists of tokens without a role, tokens by names of their own, and the two files that may hold them.
    NAMED = {"image_token": "<foo>"}
    for label, settings, specials in (
        ("extra_special_tokens by name beside a list", dict(extra_special_tokens=NAMED, additional_special_tokens=["<sep>", "<s>"]), None),
        ("extra_special_tokens {} beside a list", dict(extra_special_tokens={}, additional_special_tokens=["<sep>"]), None),
        ("extra_special_tokens null beside a list", dict(extra_special_tokens=None, additional_special_tokens=["<sep>"]), None),
        ("extra_special_tokens a list beside a list", dict(extra_special_tokens=["<foo>"], additional_special_tokens=["<sep>"]), None),
        ("additional_special_tokens by name", dict(additional_special_tokens=NAMED), None),
        ("both by name", dict(extra_special_tokens=NAMED, additional_special_tokens={"a_token": "<sep>"}), None),
        ("by name with flags, and a role", dict(extra_special_tokens={"pad_token": "<pad>", "image_token": {
            "__type": "AddedToken", "content": "<foo>", "rstrip": True}}), None),
        ("by name beside a list, added_tokens_decoder", dict(
            extra_special_tokens=NAMED, additional_special_tokens=["<sep>"], added_tokens_decoder={}), None),
        ("extra_special_tokens [], list in special_tokens_map.json", dict(extra_special_tokens=[]), {"additional_special_tokens": ["<sep>"]}),
        ("lists in both files", dict(additional_special_tokens=["<foo>"]), {"additional_special_tokens": ["<sep>"]}),
        ("by name and a list, list in special_tokens_map.json", dict(extra_special_tokens=NAMED, additional_special_tokens=["<s>"]),
         {"additional_special_tokens": ["<sep>"]}),
        ("by name, extra_special_tokens in special_tokens_map.json", dict(extra_special_tokens=NAMED, additional_special_tokens=["<s>"]),
         {"extra_special_tokens": ["<sep>", {"content": "<mask>", "lstrip": True}]}),
        ("lists, by name in special_tokens_map.json", dict(extra_special_tokens=["<sep>"], additional_special_tokens=["<s>"]),
         {"extra_special_tokens": NAMED}),
        ("model_specific_special_tokens", dict(model_specific_special_tokens=NAMED), None),
        ("model_specific_special_tokens beside a name", dict(model_specific_special_tokens=NAMED, bar_token="<sep>"), None),
        ("a name in both files", dict(foo_token="<foo>"), {"foo_token": "<sep>"}),
        ("a name in both files, objects", dict(foo_token={"__type": "AddedToken", "content": "<foo>", "lstrip": True}, bar_token="<s>"),
         {"foo_token": {"content": "<sep>", "rstrip": True}, "baz_token": "<mask>"}),
    ):
        edited(f"{label}, {kind}", lambda f, start=start, settings=settings, specials=specials: (put(
            start(f).settings, **settings), specials is not None and put(f.other, **{"special_tokens_map.json": specials})), ALL)
    for label, settings in (("extra_special_tokens with null", dict(extra_special_tokens={"image_token": None})),
                            ("extra_special_tokens a string", dict(extra_special_tokens="<sep>")),
                            ("additional_special_tokens a string", dict(additional_special_tokens="<sep>"))):
        edited(f"{label}, {kind}", lambda f, start=start, settings=settings: put(start(f).settings, **settings), refused=True)
    edited(f"split_special_tokens, {kind}", lambda f, start=start: (start(f).add("<sep>", special=False), put(f.settings, split_special_tokens=True)))
    edited(f"roles that are null, {kind}", lambda f, start=start: put(start(f).settings, bos_token=None, unk_token=None, pad_token=None))
    edited(f"end of text outside the vocabulary, {kind}", lambda f, start=start: (
        start(f).model["vocab"].pop(END), put(f.root, added_tokens=[]), [f.settings.pop(k) for k in ("bos_token", "eos_token", "unk_token")]))
    edited(f"special tokens in the vocabulary alone, {kind}", lambda f, start=start: (
        put(start(f).model["vocab"], **{"<s>": f.end + 1, "</s>": f.end + 2}), put(f.settings, bos_token="<s>", eos_token="</s>")), ALL)
edited("special tokens in vocab.json, special_tokens_map.json", lambda f: (
    put(f.model["vocab"], **{"<s>": f.end + 1, "</s>": f.end + 2}), put(f.__dict__, settings={"tokenizer_class": "GPT2Tokenizer"}),
    put(f.other, **{"special_tokens_map.json": {"bos_token": "<s>", "eos_token": "</s>"}})), ALL, single=False)
edited("added_tokens.json", lambda f: (put(f.other, **{"added_tokens.json": {"<pad>": f.end + 1, "foo": f.end + 2}}),
                                       put(f.settings, pad_token="<pad>")), ALL, single=False)
for label, settings, specials in (
    ("a list beside names", dict(extra_special_tokens=NAMED, additional_special_tokens=["<sep>"]), {}),
    ("a list", dict(additional_special_tokens=["<sep>"]), {}),
    ("a role as an object", dict(bos_token={"__type": "AddedToken", "content": "<sep>", "lstrip": True}), {}),
    ("a role of special_tokens_map.json", {}, {"bos_token": {"content": "<sep>", "lstrip": True}}),
):
    edited(f"added_tokens.json, {label}", lambda f, settings=settings, specials=specials: (put(f.settings, **settings), put(f.other, **{
        "added_tokens.json": {"<sep>": f.end + 1, "<foo>": f.end + 2}, "special_tokens_map.json": specials})), ALL, single=False)
edited("added_tokens.json, numbers out of order", lambda f: put(f.other, **{"added_tokens.json": {"<pad>": f.end + 2, "foo": f.end + 1}}), single=False)
edited("added_tokens.json beside tokenizer.json", lambda f: (put(f.other, **{"added_tokens.json": {"<pad>": f.end + 1}}), f.add("foo")))

# Post-processors.
TEMPLATE = lambda f, single: {"type": "TemplateProcessing", "single": single, "pair": [{"Sequence": {"id": "A", "type_id": 0}}], "special_tokens": {
    END: {"id": END, "ids": [f.end], "tokens": [END]}}}
BOS, TEXT = {"SpecialToken": {"id": END, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}
for kind in ("gpt2", "fast"):
    for label, single in (("before", [BOS, TEXT]), ("after", [TEXT, BOS]), ("around", [BOS, TEXT, BOS])):
        edited(f"template {label}, {kind}", lambda f, single=single, kind=kind: (
            f.fast() if kind == "fast" else f, put(f.root, post_processor=TEMPLATE(f, single))), ALL)
    edited(f"Sequence of ByteLevel and a template, {kind}", lambda f, kind=kind: (f.fast() if kind == "fast" else f, put(f.root, post_processor={
        "type": "Sequence", "processors": [BYTE_LEVEL, TEMPLATE(f, [BOS, TEXT])]})))
    edited(f"add_bos_token beside tokenizer.json, {kind}", lambda f, kind=kind: put((f.fast() if kind == "fast" else f).settings, add_bos_token=True))
edited("RobertaProcessing", lambda f: put(f.root, post_processor={
    "type": "RobertaProcessing", "sep": [END, f.end], "cls": [END, f.end], "trim_offsets": True, "add_prefix_space": False}))
edited("add_bos_token and add_eos_token, vocab.json", lambda f: put(f.settings, add_bos_token=True, add_eos_token=True), ALL, single=False)

# Vocabularies without all bytes, and what the model does with them.
for kind in ("gpt2", "fast"):
    begin = lambda f, kind=kind: f.fast() if kind == "fast" else f
    edited(f"not all bytes, dropped, {kind}", lambda f, begin=begin: begin(f), root=SPARSE)
    for fuses in (True, False):
        edited(f"not all bytes, unk_token, fuse_unk {fuses}, {kind}", lambda f, begin=begin, fuses=fuses: put(
            begin(f).model, unk_token=END, fuse_unk=fuses), root=SPARSE)
    edited(f"byte_fallback, {kind}", lambda f, begin=begin: (put(begin(f).model, unk_token=END, byte_fallback=True), put(
        f.model["vocab"], **{f"<0x{b:02X}>": f.end + 1 + n for n, b in enumerate([0xC2, 0xA1, 0xC3, 0xA9, 0xC4, 0xA2])}),
        put(f.config, vocab_size=f.end + 8)), root=SPARSE)
    edited(f"ignore_merges, {kind}", lambda f, begin=begin: (put(begin(f).model, ignore_merges=True), put(
        f.model["vocab"], **{"foobar": f.end + 1, "Ġfoo": f.end + 2})))
    edited(f"dropout 0, {kind}", lambda f, begin=begin: put(begin(f).model, dropout=0.0))
edited("dropout 0.1, fast", lambda f: put(f.fast().model, dropout=0.1), refused=True)
edited("dropout 0.1, gpt2", lambda f: put(f.model, dropout=0.1))
edited("continuing_subword_prefix, fast", lambda f: put(f.fast().model, continuing_subword_prefix="##"), refused=True)
for kind in ("gpt2", "fast"):
    edited(f"truncation and padding, {kind}", lambda f, kind=kind: put((f.fast() if kind == "fast" else f).root, truncation={
        "direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0}, padding={"strategy": {"Fixed": 12}, "direction": "Left",
        "pad_to_multiple_of": None, "pad_id": 5, "pad_type_id": 0, "pad_token": "[PAD]"}), ALL)

# What a saved student keeps.
edited("chat template in tokenizer_config.json", lambda f: put(f.settings, chat_template="{{ messages[0]['content'] }}", padding_side="left"), ALL)
edited("chat_template.jinja", lambda f: put(f.other, **{"chat_template.jinja": "{{ messages }}\n"}), ALL)
edited("several chat templates", lambda f: put(f.other, **{"chat_template.jinja": "{{ messages }}", "additional_chat_templates/tool.jinja": "{{ tools }}"}), ALL)
edited("generation_config.json", lambda f: (f.add("<|im_end|>"), f.add("foo", special=False, normalized=True), put(
    f.settings, eos_token="<|im_end|>"), put(f.config, eos_token_id=f.end + 1, pad_token_id=f.end), put(f.other, **{
    "generation_config.json": {"eos_token_id": [f.end + 1, f.end], "temperature": 0.7, "do_sample": True}})), ALL)
edited("unknown keys in config.json", lambda f: put(f.config, my_key={"a": [1, 2.5, None]}, id2label={"0": "x"}, transformers_version="4.30.0",
                                                     task_specific_params={"text-generation": {"max_length": 50}}), ALL)
edited("model_max_length beyond an integer", lambda f: put(f.settings, model_max_length=10**30), "tokens saved")
edited("tokenizer.json with a long list of words", lambda f: [f.add(f"word{n}", special=False) for n in range(300)] and None or put(
    f.config, vocab_size=f.end + 301), "tokens saved")

# Configurations.
edited("names that all models share", lambda f: [f.config.__setitem__(new, f.config.pop(old)) for new, old in (
    ("hidden_size", "n_embd"), ("num_hidden_layers", "n_layer"), ("num_attention_heads", "n_head"), ("max_position_embeddings", "n_positions"))],
    "perplexity saved")
edited("names of both kinds, the shared ones right", lambda f: put(f.config, hidden_size=32, n_embd=64), "perplexity")
edited("eos_token_id as a list", lambda f: put(f.config, eos_token_id=[f.end, 3]), "perplexity saved")
edited("eos_token_id null", lambda f: put(f.config, eos_token_id=None, bos_token_id=None), "perplexity saved")
for name in ("gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_accurate"):
    edited(f"activation {name}", lambda f, name=name: put(f.config, activation_function=name), "perplexity saved")
for name in ("gelu", "relu", "silu", "quick_gelu", "gelu_10"):
    edited(f"activation {name}", lambda f, name=name: put(f.config, activation_function=name), "perplexity", refused=True)
edited("n_inner 48", lambda f: put(f.config, n_inner=48), "perplexity saved")
edited("n_inner null, reorder_and_upcast_attn", lambda f: put(f.config, n_inner=None, reorder_and_upcast_attn=True), "perplexity saved")
edited("scale_attn_weights false", lambda f: put(f.config, scale_attn_weights=False), "perplexity", refused=True)
edited("scale_attn_by_inverse_layer_idx", lambda f: put(f.config, scale_attn_by_inverse_layer_idx=True), "perplexity", refused=True)
edited("dtype bfloat16 of fp32 weights", lambda f: (f.config.pop("torch_dtype"), put(f.config, dtype="float32")), "perplexity saved")

# Weights.
TABLE = "transformer.wte.weight"
rename = lambda f, g: put(f.__dict__, weights=lambda w: {g(k): v for k, v in w.items()})
edited("names without the prefix", lambda f: rename(f, lambda k: k.removeprefix("transformer.")), "perplexity saved")
edited("lm_head.weight in the place of wte.weight", lambda f: rename(f, lambda k: "lm_head.weight" if k == TABLE else k), "perplexity saved")
edited("lm_head.weight, names without the prefix", lambda f: rename(
    f, lambda k: "lm_head.weight" if k == TABLE else k.removeprefix("transformer.")), "perplexity")
edited("both names of the table", lambda f: put(f.__dict__, weights=lambda w: {**w, "lm_head.weight": w[TABLE].clone()}), "perplexity saved")
edited("a head that differs", lambda f: put(f.__dict__, weights=lambda w: {**w, "lm_head.weight": w[TABLE] * 2}), "perplexity", refused=True)
edited("some names with the prefix", lambda f: put(f.__dict__, weights=lambda w: {
    (k if n % 2 else k.removeprefix("transformer.")): v for n, (k, v) in enumerate(w.items())}), "perplexity")
edited("masks of attention", lambda f: put(f.__dict__, weights=lambda w: {**w, **{
    f"transformer.h.{n}.attn.bias": torch.ones(1, 1, 8, 8, dtype=torch.uint8) for n in range(6)}, "transformer.h.0.attn.masked_bias": torch.tensor(-1e4)}),
    "perplexity saved")
for dtype in ("float16", "bfloat16", "float64"):
    edited(f"weights in {dtype}", lambda f, dtype=dtype: put(f.__dict__, weights=lambda w: {k: v.to(getattr(torch, dtype)) for k, v in w.items()}),
           "perplexity")
for dtype in ("complex64", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu", "uint16", "uint64", "bool"):
    edited(f"an unused tensor of {dtype}", lambda f, dtype=dtype: put(f.__dict__, weights=lambda w: {
        **w, "unused": torch.zeros(6, dtype=torch.float32).to(getattr(torch, dtype))}), "perplexity")


def rewrite_header(edit, extra=b""):
    def after(folder):
        file = folder / "model.safetensors"
        data = file.read_bytes()
        length = int.from_bytes(data[:8], "little")
        header, body = json.loads(data[8:8 + length]), data[8 + length:]
        edit(header, len(body))
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        file.write_bytes(len(text).to_bytes(8, "little") + text + body + extra)
        return folder
    return after


edited("an unused tensor of F4", lambda f: put(f.__dict__, after=rewrite_header(
    lambda h, n: put(h, unused={"dtype": "F4", "shape": [4, 2], "data_offsets": [n, n + 4]}), b"\0" * 4)), "perplexity")


def shard(folder, links=False, beside=False):
    weights = load_file(folder / "model.safetensors")
    names, index = list(weights), {}
    for part in range(3):
        name = f"model-{part + 1:05}-of-00003.safetensors"
        index.update({k: name for k in names[part::3]})
        save_file({k: weights[k] for k in names[part::3]}, folder / name, metadata={"format": "pt"})
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {"total_size": 0}, "weight_map": index}))
    if not beside:
        (folder / "model.safetensors").unlink()
    return hub_links(folder) if links else folder


def hub_links(folder):
    home = folder.parent / f"models--x--{folder.name}"
    snapshot = home / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (home / "blobs").mkdir()
    for number, file in enumerate(sorted(folder.iterdir())):
        shutil.move(file, home / "blobs" / f"{number:040}")
        (snapshot / file.name).symlink_to(f"../../blobs/{number:040}")
    return snapshot


edited("shards", lambda f: put(f.__dict__, after=shard), "perplexity saved")
edited("shards beside one file", lambda f: put(f.__dict__, after=lambda p: shard(p, beside=True)), "perplexity")
edited("the Hub cache's links", lambda f: put(f.__dict__, after=hub_links), "tokens perplexity saved")
edited("the Hub cache's links, shards", lambda f: put(f.__dict__, after=lambda p: shard(p, links=True)), "tokens perplexity saved")
