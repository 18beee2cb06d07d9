"""Writes tokenizer.json: what `transformers` makes of awkward texts, with the vocabulary in tokenizer/ (which the test
`trainingGivesTheCommittedVocabulary` keeps in step with `Tokenizer.train`) and, given its folder, with GPT-2's own.

    pip install transformers && python tokenizer.py [FOLDER_OF_GPT2_TOKENIZER]
"""

import json
import pathlib
import sys

from transformers import GPT2Tokenizer

here = pathlib.Path(__file__).parent
texts = [
    "",
    " ",
    "  ",
    "\n",
    "\n\n a",
    "a  b   c\t\td \n",
    " \u3000 x\u00a0y\u2003\u2003z\u0085",
    "Hello, world! It's 2024; they'll say we've done 1234567890 things, I'm sure you'd agree they're 's 't 're.",
    "HE'S DON'T WE'RE I'M IT'LL",
    "'s's 'S 'l 'll 'v 've 'r 're'",
    "x''s don''t",
    "What is the number of 'X' in this text? x y x x y. Answer: 3",
    "((()))[[]]{{}} <> ([{<>}])",
    "0 00 000 1a2b3c 3.14 1,000,000 \u00bd \u00b2 \u0663\u0664 \u2167 \u4e00\u4e8c",
    "na\u00efve caf\u00e9 cafe\u0301 \u00c5\u212b\u0041\u030a \ufb01 \u1e9e \u0130i",
    "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8\u3002 \u4e2d\u6587\u6587\u672c\uff0c123\u3002",
    "\u0420\u0443\u0441\u0441\u043a\u0438\u0439 \u0395\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac \u05e2\u05d1\u05e8\u05d9\u05ea \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u0939\u093f\u0928\u094d\u0926\u0940",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f1e9\U0001f1ea \u2764\ufe0f \U0001d54f\U00020000\U000e0041",
    "\u0000\u0001\u001c\u001d\u001e\u001f\u007f\u200b\ufeff\u2028\u2029\ufffd",
    "\u0890\u088f\ua7cf\ua7d2\U00010940\U00010ec5",
    "<|endoftext|>",
    "a<|endoftext|>b <|endoftext|><|endoftext|> c <|endoftext",
    "tabs\tand\r\nlines\rand\x0bmore\x0c",
    "_snake_case__ __init__ ---- ==== ///// ... !!!??",
    "a" * 100,
    "ab" * 60 + " " + "ba" * 60,
    "   leading and trailing   ",
    "the the  the   the\nthe",
]


def ids(folder):
    tokenizer = GPT2Tokenizer.from_pretrained(str(folder))
    return [{"text": text, "ids": tokenizer(text)["input_ids"]} for text in texts]


result = {"small": ids(here / "tokenizer")}
if len(sys.argv) > 1:
    result["gpt2"] = ids(sys.argv[1])
with open(here / "tokenizer.json", "w") as out:
    json.dump(result, out)
    out.write("\n")
