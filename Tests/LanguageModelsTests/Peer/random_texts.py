"""Writes random Unicode texts and their ids under a tokenizer's folder, for LanguageModelsTests to compare.

    python random_texts.py FOLDER COUNT SEED OUT.json
"""

import json
import random
import sys

pools = [
    "abcdefghij '", " \t\n\r\x0b\x0c\x85\xa0\u2003\u3000x", "0123456789 ,.", "'strevmldSTREVMLD ", "([{<>}]) ", "aZ09 !?\n'",
    "äöüßéèñ ", "日本語テキスト中文 。", "кирилицаΩλ ", "اعب १२३ ½²Ⅷ", "😀👨‍👩‍👧🇩🇪❤️", "e\u0301a\u030an\u0303\u0327",
    "<|endoftext|>", "the of and to in ", "\x00\x1c\x1d\x7f\u200b\ufeff\ufffd",
]


def random_texts(count, seed):
    draw = random.Random(seed)

    def character():
        while True:
            code = draw.choice([draw.randrange(0x80), draw.randrange(0x800), draw.randrange(0x10000), draw.randrange(0x110000)])
            if not 0xD800 <= code < 0xE000:
                return chr(code)

    def text():
        parts = []
        for _ in range(draw.randrange(1, 12)):
            kind = draw.random()
            if kind < 0.3:
                parts.append("".join(character() for _ in range(draw.randrange(1, 10))))
            elif kind < 0.35:
                parts.append("<|endoftext|>")
            else:
                pool = draw.choice(pools)
                parts.append("".join(draw.choice(pool) for _ in range(draw.randrange(1, 16))))
        return "".join(parts)

    return [text() for _ in range(count)]


if __name__ == "__main__":
    from transformers import GPT2Tokenizer

    folder, count, seed, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    tokenizer = GPT2Tokenizer.from_pretrained(folder)
    texts = random_texts(count, seed)
    with open(out, "w") as file:
        json.dump([{"text": text, "ids": ids, "decoded": tokenizer.decode(ids[1:])}
                   for text, ids in zip(texts, tokenizer(texts)["input_ids"])], file)
