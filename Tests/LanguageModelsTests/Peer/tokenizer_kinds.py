"""Trains a small tokenizer of a kind that models have, and writes its folder and the ids of random Unicode texts under it.

    python tokenizer_kinds.py KIND FOLDER COUNT SEED OUT.json

KIND: llama3 (the expression of Llama 3), qwen2 (Qwen's class, which builds its own), qwen2-described (Qwen's file as it stands),
pythia (GPT-NeoX's class, with added tokens), digits (SmolLM's, each digit apart), llama2 (SentencePiece's vocabulary with bytes to
fall back to, spaces marked by the normalizer), llama2-class (the same in Llama's class), llama2-metaspace (marked by the
pre-tokenizer, which cuts words).
"""

import json
import os
import pathlib
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
from random_texts import random_texts
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer

kind, folder, count, seed, out = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
END = "<|endoftext|>"


def modern(digits):
    return (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|" + digits
            + r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def byte_level(use_regex):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)


def split(digits):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(modern(digits)), "isolated"), byte_level(False)])


def marked():
    return normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])


is_pieces = kind.startswith("llama2")
tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True) if is_pieces else models.BPE())
settings = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": END, "clean_up_tokenization_spaces": False}
specials = [END]
if kind == "llama3":
    tokenizer.pre_tokenizer = split(r"\p{N}{1,3}")
    tokenizer.model.ignore_merges = True
elif kind.startswith("qwen2"):
    tokenizer.pre_tokenizer, tokenizer.normalizer = split(r"\p{N}"), normalizers.NFC()
    settings["tokenizer_class"] = "PreTrainedTokenizerFast" if kind.endswith("described") else "Qwen2Tokenizer"
    specials += ["<|im_start|>", "<|im_end|>"]
elif kind == "pythia":
    tokenizer.pre_tokenizer, tokenizer.normalizer = byte_level(True), normalizers.NFC()
    settings["tokenizer_class"] = "GPTNeoXTokenizer"
    specials += ["<|padding|>"]
elif kind == "digits":
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(True), byte_level(True)])
else:
    specials = ["<unk>", "<s>", "</s>"]
    settings.update(bos_token="<s>", eos_token="</s>", unk_token="<unk>")
    if kind == "llama2-metaspace":
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    else:
        tokenizer.normalizer = marked()
    if kind == "llama2-class":
        settings.update(tokenizer_class="LlamaTokenizer", legacy=seed % 2 == 0)

alphabet = [] if is_pieces else sorted(pre_tokenizers.ByteLevel.alphabet())
pieces = [f"<0x{byte:02X}>" for byte in range(256)] if is_pieces else []
trainer = trainers.BpeTrainer(
    vocab_size=1200, special_tokens=specials + pieces, initial_alphabet=alphabet, limit_alphabet=300, show_progress=False)
tokenizer.train_from_iterator([text.replace(END, "") for text in random_texts(3000, 99)], trainer)
root = json.loads(tokenizer.to_str())
# Bytes are tokens of the model, and no added ones.
root["added_tokens"] = [token for token in root["added_tokens"] if token["content"] in specials]
if kind == "pythia":  # runs of spaces, found in the text before anything else
    last = len(root["model"]["vocab"])
    root["added_tokens"] += [
        dict(id=last + index, content=" " * length, single_word=False, lstrip=False, rstrip=False, normalized=True, special=False)
        for index, length in enumerate(range(8, 1, -1))]
if is_pieces:
    root["decoder"] = json.loads(decoders.Sequence([
        decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()]).__getstate__())
    bos = root["model"]["vocab"]["<s>"]
    root["post_processor"] = json.loads(
        processors.TemplateProcessing("<s> $A", "<s> $A <s> $B", [("<s>", bos)]).__getstate__())
else:
    root["decoder"] = json.loads(decoders.ByteLevel().__getstate__())
folder.mkdir(parents=True, exist_ok=True)
(folder / "tokenizer.json").write_text(json.dumps(root, ensure_ascii=False), encoding="utf-8")
(folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
model = {"qwen2": "qwen2", "pythia": "gpt_neox"}.get(kind, "llama")
(folder / "config.json").write_text(json.dumps({"model_type": model}), encoding="utf-8")

peer = AutoTokenizer.from_pretrained(folder)
if is_pieces:  # without taking a space from the beginning: what is decoded may be a continuation
    peer.backend_tokenizer.decoder = decoders.Sequence([
        decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()])
texts = random_texts(count, seed)
with open(out, "w") as file:
    json.dump([{"text": text, "ids": ids, "decoded": peer.decode(ids[1:])}
               for text, ids in zip(texts, peer(texts)["input_ids"])], file)
