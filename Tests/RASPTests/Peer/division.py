"""`//` and `%` of random numbers beside Python's: whole ones, short decimals, and floats of every size.

    python Tests/RASPTests/Peer/division.py .build/release/tracr-inject [COUNT]
"""
import json
import math
import random
import subprocess
import sys
import tempfile

CHUNK = 500


def number(generator):
    kind = generator.random()
    if kind < 0.2:
        return generator.randint(-20, 20)
    if kind < 0.6:
        return generator.randint(-300, 300) / generator.choice([10, 100, 4, 3])
    return generator.uniform(-1, 1) * 10.0 ** generator.randint(-12, 12)


def main():
    tool, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    generator, different = random.Random(1), 0
    for first in range(0, count, CHUNK):
        pairs = []
        while len(pairs) < CHUNK:
            a, b = number(generator), number(generator)
            if b != 0:
                pairs.append((a, b))
        for symbol, expected in (("//", [a // b for a, b in pairs]), ("%", [a % b for a, b in pairs])):
            text = ", ".join(f"0.0 + (({a!r}) {symbol} ({b!r}))" for a, b in pairs)
            with tempfile.NamedTemporaryFile("w", suffix=".rasp") as file:
                file.write(f"values = [{text}];\nx = values[indices];\n#pragma output x\n")
                file.flush()
                done = subprocess.run([tool, "run", file.name, json.dumps(["a"] * CHUNK), "--quiet"],
                                      capture_output=True, text=True, check=True)
            for (a, b), found, value in zip(pairs, json.loads(done.stdout), expected):
                if found != value or math.copysign(1, found) != math.copysign(1, value + 0.0) and value != 0:
                    different += 1
                    print(f"{a!r} {symbol} {b!r} is {value!r}, here {found!r}")
    print(f"{2 * count} values, {different} different")
    sys.exit(1 if different else 0)


main()
