#!/bin/sh
# install.sh PREFIX [EXECUTABLE]: the executable to PREFIX/bin; programs, configurations and the student to
# PREFIX/share/tracr-inject, where the executable looks for them; manual page and completions to where shells and man look.
# DESTDIR is put before PREFIX, for packagers.
set -eu
cd "$(dirname "$0")/.."
prefix=${DESTDIR:-}${1:?usage: install.sh PREFIX [EXECUTABLE]}
executable=${2:-.build/release/tracr-inject}
share=$prefix/share/tracr-inject
mkdir -p "$prefix/bin" "$share"
install -m 755 "$executable" "$prefix/bin/tracr-inject"
for folder in Programs configs; do
    rm -rf "${share:?}/$folder"
    cp -R "$folder" "$share/$folder"
done
rm -rf "${share:?}/tiny"
cp -R Sources/Resources/tiny "${share:?}/tiny"
# Which commit this is, for the runs that it makes to say; nothing where this is no checkout.
git rev-parse HEAD > "$share/commit" 2>/dev/null || rm -f "$share/commit"

completion() {
    mkdir -p "$(dirname "$prefix/share/$2")"
    "$executable" --generate-completion-script "$1" >"$prefix/share/$2"
}
completion bash bash-completion/completions/tracr-inject
completion zsh zsh/site-functions/_tracr-inject
completion fish fish/vendor_completions.d/tracr-inject.fish
if command -v python3 >/dev/null; then
    mkdir -p "$prefix/share/man/man1"
    "$executable" --experimental-dump-help | python3 .ci/manual.py >"$prefix/share/man/man1/tracr-inject.1"
else
    echo "no python3: no manual page" >&2
fi
echo "installed $prefix/bin/tracr-inject and $share" >&2
