"""Writes Sources/LanguageModels/Tokenizer/CharacterClassTable.swift: the letters and numbers of the reference tokenizer.

The classes \\p{L} and \\p{N} grow with every version of Unicode, and the regular expression engine of the reference
(Hugging Face `tokenizers`) and the Swift library follow at their own pace. What counts is the reference, so it is
asked about every code point.

    pip install tokenizers && python character_classes.py ../../../Sources/LanguageModels/Tokenizer/CharacterClassTable.swift
"""

import sys

import tokenizers

byte_level = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
ranges = {"letters": [], "numbers": []}
spaces = []
for code in range(0x110000):
    if 0xD800 <= code < 0xE000:
        continue
    # A letter makes one word with a letter before it, a number with a number; spaces join neither, nor marks.
    joins = {name: len(byte_level.pre_tokenize_str(probe + chr(code))) == 1
             for name, probe in (("letters", "a"), ("numbers", "1"), ("others", "!"))}
    for name, list_ in ranges.items():
        if joins[name]:
            if list_ and list_[-1][1] == code - 1:
                list_[-1][1] = code
            else:
                list_.append([code, code])
    if not any(joins.values()):
        spaces.append(code)

expected = [*range(9, 14), 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
assert spaces == expected, "white space has changed: see CharacterClass.swift"

with open(sys.argv[1], "w") as out:
    out.write(f"// Written by Tests/LanguageModelsTests/Goldens/character_classes.py from tokenizers {tokenizers.__version__}; "
              "not to be edited.\n\n")
    out.write("/// First and last code points of the runs of letters (`\\p{L}`) and numbers (`\\p{N}`).\n")
    out.write("enum CharacterClassTable {\n")
    for name, list_ in ranges.items():
        out.write(f"    static let {name}: [UInt32] = [\n")
        line = "       "
        for item in (f" 0x{first:X}, 0x{last:X}," for first, last in list_):
            if len(line) + len(item) > 118:
                out.write(line + "\n")
                line = "       "
            line += item
        out.write(line + "\n    ]\n")
    out.write("}\n")
