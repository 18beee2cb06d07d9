"""Runs the reference interpreter of RASP and this one on the same console input.

The reference is github.com/tech-srl/RASP, MIT, compared at commit 61dde62:

    git clone https://github.com/tech-srl/RASP reference
    python3 -m venv venv && venv/bin/pip install antlr4-python3-runtime==4.9.1 termcolor
    swift build -c release --product tracr-inject
    venv/bin/python Tests/RASPTests/Peer/transcripts.py reference

The scripts beside this file are run by the Python that has the reference's two packages.
"""

import argparse
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def arguments(description):
    """A parser with what every script takes: the reference's folder, and how ours is started."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("reference", type=Path, help="a checkout of tech-srl/RASP")
    parser.add_argument(
        "--ours", default=f"{shlex.quote(str(ROOT / '.build/release/tracr-inject'))} run --transcript",
        help="command that reads a console session and prints as the reference does")
    return parser


class Implementations:
    """The two consoles, both run in the reference's folder, where `load` finds its files."""

    def __init__(self, options):
        self.folder = options.reference.resolve()
        self.commands = {
            "reference": [sys.executable, "-m", "RASP_support"],
            "ours": shlex.split(options.ours),
        }

    def run(self, which, text):
        """What the console prints for the text."""
        done = subprocess.run(
            self.commands[which], input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=self.folder)
        return done.stdout.decode("utf8", "replace")

    def answers(self, which, lines):
        """What the console prints for each line: one statement a line, each of which prints something."""
        parts = re.split(r"^(?:>> )+|\n(?:>> )+", self.run(which, "\n".join(lines) + "\n"))
        return parts[1:1 + len(lines)]
