#!/usr/bin/env python3
"""wheel.py DIST OUT: a Python wheel of the folder that dist.sh makes, and of the Python package.

`pip install` puts the executable into the environment's bin/, as with other programs that come as wheels, and lib/ and share/
beside it, where it finds them by its own path.
"""
import base64
import hashlib
import platform
import re
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

root = Path(__file__).resolve().parent.parent
dist, out = Path(sys.argv[1]), Path(sys.argv[2])
executable = dist / "bin/tracr-inject"
version = subprocess.run([executable, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]


def newest_glibc():
    """The newest version of the C library's symbols that anything in the folder asks for."""
    found = {(2, 17)}  # the oldest that manylinux knows by such a name
    for path in [executable, *(dist / "lib").rglob("*.so*")]:
        found |= {(int(a), int(b)) for a, b in re.findall(rb"\0GLIBC_(\d+)\.(\d+)(?:\.\d+)?(?=\0)", path.read_bytes())}
    return max(found)


tag = "py3-none-manylinux_{}_{}_{}".format(*newest_glibc(), platform.machine())
name = f"tracr_inject-{version}"
files = {f"{name}.data/scripts/tracr-inject": (executable, True)}
for part in ("lib", "share"):
    for path in sorted((dist / part).rglob("*")):
        if path.is_file():
            files[f"{name}.data/data/{path.relative_to(dist)}"] = (path, False)
package = root / "Sources/Python"
for path in sorted((package / "tracr_inject").rglob("*")):
    if path.is_file() and path.suffix in (".py", ".typed"):
        files[str(path.relative_to(package))] = (path, False)

metadata = f"""Metadata-Version: 2.1
Name: tracr-inject
Version: {version}
Summary: Compile RASP programs into transformers, and inject them into language models
License: Apache-2.0
Requires-Python: >=3.9
Requires-Dist: numpy
Description-Content-Type: text/markdown

{(root / "README.md").read_text("utf-8")}"""
wheel = f"Wheel-Version: 1.0\nGenerator: tracr-inject\nRoot-Is-Purelib: false\nTag: {tag}\n"
texts = {f"{name}.dist-info/METADATA": metadata, f"{name}.dist-info/WHEEL": wheel}

out.mkdir(parents=True, exist_ok=True)
target = out / f"{name}-{tag}.whl"
record = []
with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
    def add(place, data, runs=False):
        entry = zipfile.ZipInfo(place, (1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = (stat.S_IFREG | (0o755 if runs else 0o644)) << 16
        archive.writestr(entry, data)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record.append(f"{place},sha256={digest},{len(data)}\n")

    for place, (path, runs) in files.items():
        add(place, path.read_bytes(), runs)
    for place, content in texts.items():
        add(place, content.encode())
    place = f"{name}.dist-info/RECORD"
    record.append(f"{place},,\n")
    entry = zipfile.ZipInfo(place, (1980, 1, 1, 0, 0, 0))
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    archive.writestr(entry, "".join(record))
print(target)
