#!/bin/sh
# Compiles every kernel for arm64, as far as that goes with this machine's headers: what is x86-64's own stays within its
# guards. CC: a clang that knows the target (Swift brings one).
set -eu
cd "$(dirname "$0")/../Sources/CKernels"
cc=${CC:-clang}
# A header that Debian's glibc wants of every architecture that it takes for one of 32 bits.
spare=$(mktemp -d)
trap 'rm -rf "$spare"' EXIT
mkdir "$spare/gnu"
: >"$spare/gnu/stubs-32.h"
for file in *.c; do
    # What deals with threads needs the other system's own headers, and has no vectors.
    case $file in heap.c | pool.c) continue ;; esac
    "$cc" --target=aarch64-linux-gnu -O2 -fblocks -Wall -Wextra -Werror -Iinclude -idirafter /usr/include \
        -idirafter "/usr/include/$(uname -m)-linux-gnu" -idirafter "$spare" -S -o /dev/null "$file"
done
echo "the kernels compile for arm64" >&2
