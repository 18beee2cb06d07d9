#!/bin/sh
# install.sh PREFIX: the executable to PREFIX/bin; programs, configurations and the student to PREFIX/share/tracr-inject,
# where the executable looks for them. DESTDIR is put before PREFIX, for packagers.
set -eu
cd "$(dirname "$0")/.."
prefix=${DESTDIR:-}${1:?usage: install.sh PREFIX}
share=$prefix/share/tracr-inject
mkdir -p "$prefix/bin" "$share"
install -m 755 .build/release/tracr-inject "$prefix/bin/tracr-inject"
for folder in Programs configs; do
    rm -rf "${share:?}/$folder"
    cp -R "$folder" "$share/$folder"
done
rm -rf "${share:?}/tiny"
cp -R Sources/Resources/tiny "${share:?}/tiny"
# Which commit this is, for the runs that it makes to say; nothing where this is no checkout.
git rev-parse HEAD > "$share/commit" 2>/dev/null || rm -f "$share/commit"
echo "installed $prefix/bin/tracr-inject and $share" >&2
