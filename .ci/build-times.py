#!/usr/bin/env python3
"""How long a build of the command takes after a change in each module: a table of files, lines and seconds.

    .ci/build-times.py                   every module of Swift
    .ci/build-times.py Compiler RASP     these
    .ci/build-times.py --clean           also from nothing, in a folder of its own (.build/clean), which is removed afterwards

A change is a new time of one file, after which SwiftPM compiles its module and all modules that use it. Before the first
measurement everything is built, so that each time is that of one change. Nothing else should run on the machine.
"""
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ["swift", "build", "-c", "release", "--product", "tracr-inject"]


def build(*options):
    """Seconds that the build takes."""
    start = time.monotonic()
    done = subprocess.run([*BUILD, *options], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout[-4000:] + done.stderr[-4000:])
    return time.monotonic() - start


def main():
    wanted = [word for word in sys.argv[1:] if word != "--clean"]
    modules = [m for m in sorted((ROOT / "Sources").iterdir()) if m.is_dir() and any(m.rglob("*.swift"))]
    unknown = set(wanted) - {module.name for module in modules}
    if unknown:
        sys.exit(f"no module of Swift under Sources: {', '.join(sorted(unknown))}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the first build")
    if "--clean" in sys.argv:
        apart = ["--scratch-path", ".build/clean"]
        subprocess.run(["swift", "package", *apart, "resolve"], cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
        seconds = build(*apart)
        shutil.rmtree(ROOT / ".build/clean")
        print(f"from nothing: {seconds:.0f} s")
    build()
    print(f"nothing changed: {build():.1f} s\n\n| module | files | lines | seconds after a change |\n|---|---|---|---|")
    for module in modules:
        if wanted and module.name not in wanted:
            continue
        files = sorted(module.rglob("*.swift"))
        lines = sum(len(file.read_text().splitlines()) for file in files)
        files[0].touch()
        print(f"| `{module.name}` | {len(files)} | {lines} | {build():.1f} |", flush=True)


if __name__ == "__main__":
    main()
