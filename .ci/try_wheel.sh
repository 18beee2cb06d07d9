#!/bin/sh
# try_wheel.sh WHEEL [ROOT]: the wheel in a clean Debian that has Python and nothing of Swift or OpenBLAS: installs it, then
# compiles a program, trains a few steps, decodes and reports. As root; needs debootstrap. ROOT, where it is given, is used
# again if it is there, and stays.
set -eu
wheel=$(readlink -f "${1:?usage: try_wheel.sh WHEEL [ROOT]}")
root=${2:-$(mktemp -d)}
[ -n "${2:-}" ] || trap 'rm -rf "$root"' EXIT
[ -x "$root/usr/bin/python3" ] || debootstrap --variant=minbase --include=python3,python3-venv bookworm "$root" >&2
mkdir -p "$root/wheels"
version=$(chroot "$root" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
python3 -m pip download --quiet --only-binary :all: --python-version "$version" --dest "$root/wheels" numpy
cp "$wheel" "$root/wheels"
cat >"$root/try.sh" <<'END'
set -eux
rm -rf /venv /work
python3 -m venv /venv
/venv/bin/pip install --quiet --no-index --find-links /wheels "/wheels/$1"
mkdir /work && cd /work
PATH=/venv/bin:$PATH
tracr-inject doctor
tracr-inject compile count --output compiled
tracr-inject train --task count --steps 5 --set text.samples=8 --set text.held_out=4 --output run
tracr-inject decode "What is the number of 'X' in this text? x y x. Answer:" --run run
tracr-inject report run --prompts 20 --norms 0 --output report.html
python -c 'import tracr_inject; run = tracr_inject.Run.open("run"); print(run.weight.shape, run.layers)'
test -s /venv/share/man/man1/tracr-inject.1
END
# With /proc, by which a program finds where it lies.
unshare --mount sh -c 'mount --bind /proc "$1/proc" && exec chroot "$1" /bin/sh /try.sh "$2"' sh "$root" "$(basename "$wheel")"
echo "the wheel works in a clean root" >&2
