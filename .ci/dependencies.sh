#!/bin/sh
# Checks what the build needs and installs what is missing. Safe to run again: it does nothing when all is there.
#   swift 6.1 or later; pkg-config; OpenBLAS and LAPACKE with their headers; with MPI=1 Open MPI.
set -eu

fail() {
    printf 'tracr-inject: error: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 1
}

command -v swift >/dev/null 2>&1 ||
    fail "swift was not found" "Install Swift 6.1 or later from https://www.swift.org/install and put it on PATH."

version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1)
major=${version%%.*}
minor=${version#*.}
if [ -z "$version" ] || [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 1 ]; }; then
    fail "swift ${version:-of unknown version} is too old" "Install Swift 6.1 or later from https://www.swift.org/install."
fi

# Prints the Debian packages that are still missing.
missing() {
    if ! command -v pkg-config >/dev/null 2>&1; then
        echo pkg-config libopenblas-dev liblapacke-dev
        [ "${MPI:-0}" = 0 ] || echo libopenmpi-dev openmpi-bin
        return
    fi
    pkg-config --exists openblas || echo libopenblas-dev
    pkg-config --exists lapacke || echo liblapacke-dev
    [ "${MPI:-0}" = 0 ] || pkg-config --exists ompi-c || echo libopenmpi-dev openmpi-bin
}

packages=$(missing | tr '\n' ' ')
[ -n "$packages" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    fail "missing libraries: $packages(the names of the Debian packages)" \
        "Install OpenBLAS and LAPACKE with headers, and pkg-config, with your system's package manager:" \
        "  Fedora:  sudo dnf install openblas-devel lapack-devel pkgconf-pkg-config" \
        "  Arch:    sudo pacman -S blas-openblas lapacke pkgconf" \
        "  macOS:   brew install openblas lapack pkgconf, and add their pkgconfig folders to PKG_CONFIG_PATH" \
        "then check: pkg-config --exists openblas lapacke && echo found"
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 ||
        fail "missing packages: $packages" "As root, run: apt-get install $packages"
    as_root=sudo
fi

echo "installing $packages" >&2
install() {
    # shellcheck disable=SC2086 # one word a package
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $packages >&2
}
install || { $as_root apt-get update >&2 && install; } ||
    fail "could not install: $packages" "Install them by hand, then run make again."

still=$(missing | tr '\n' ' ')
[ -z "$still" ] || fail "installed, but pkg-config still does not find: $still" "Check PKG_CONFIG_PATH."
