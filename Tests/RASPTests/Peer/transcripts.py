"""The reference's own transcript tests (its tests/in against tests/tgt), through our console.

    venv/bin/python Tests/RASPTests/Peer/transcripts.py reference

Lines that quote the reference's parser ("antlr exception" with the set of tokens it expected) are compared by kind.
"""

import re
import sys

import reference


def normalized(text, folder):
    # The reference's targets name its folder by a marker of their own.
    text = text.replace(str(folder), "[CURRENT_PATH]")
    text = re.sub(r"(!! antlr exception:).*?(-- ignoring input)", r"\1 \2", text, flags=re.S)
    return text.rstrip("\n")


def main():
    options = reference.arguments(__doc__).parse_args()
    both = reference.Implementations(options)
    inputs = sorted((both.folder / "tests/in").glob("*.txt"))
    failed = []
    for path in inputs:
        text = path.read_text()
        expected = normalized((both.folder / "tests/tgt" / path.name).read_text(), both.folder)
        if normalized(both.run("ours", text), both.folder) != expected:
            failed.append(path.name)
    print(f"{len(inputs) - len(failed)} of {len(inputs)} transcripts are equal")
    for name in failed:
        print("differs:", name)
    sys.exit(1 if failed or not inputs else 0)


main()
