#!/bin/sh
# The documentation of every module that has a DocC catalogue, made of what `make build` has built: `.ci/docs.sh [MODULE ...]`.
#
# `docc` comes with Swift, so that no plugin has to be fetched. The pages lie in .build/docs/MODULE.doccarchive; a warning is
# an error. `docc preview` or any web server shows them.
set -u
cd "$(dirname "$0")/.."
build=${BUILD:-.build/release}
swift=$(command -v "${SWIFT:-swift}") || { echo "no Swift: set SWIFT" >&2; exit 1; }
tools=$(dirname "$(readlink -f "$swift")")
target=$("$swift" -print-target-info | sed -n 's/^ *"unversionedTriple": "\(.*\)",*/\1/p' | head -n 1)
[ -d "$build/Modules" ] || { echo "nothing is built in $build: run make build first" >&2; exit 1; }
out=.build/docs
mkdir -p "$out"

# C modules that interfaces of Swift modules mention, and the folders that pkg-config names for their headers.
set_flags() {
    flags=""
    for map in "$build"/*.build/module.modulemap Sources/*/module.modulemap .build/checkouts/*/Sources/*/include/module.modulemap; do
        [ -f "$map" ] && flags="$flags -Xcc -fmodule-map-file=$map"
    done
    for package in openblas lapacke; do
        for folder in $(pkg-config --cflags-only-I "$package" 2>/dev/null); do flags="$flags -Xcc $folder"; done
    done
}
set_flags

modules=$*
if [ -z "$modules" ]; then
    for catalogue in Sources/*/*.docc; do modules="$modules $(basename "$(dirname "$catalogue")")"; done
fi
failed=""
for module in $modules; do
    name=$(echo "$module" | tr - _)
    graphs="$out/graphs/$module"
    rm -rf "$graphs" "$out/$module.doccarchive"
    mkdir -p "$graphs"
    # What a module hands on of another one is documented with it.
    handed=$(sed -n 's/^@_exported import [a-z]* \([A-Za-z]*\)\..*/\1/p' Sources/"$module"/*.swift | sort -u | paste -s -d , -)
    # shellcheck disable=SC2086
    "$tools/swift-symbolgraph-extract" -module-name "$name" -target "$target" -I "$build/Modules" $flags \
        ${handed:+-experimental-allowed-reexported-modules=$handed} \
        -minimum-access-level public -skip-inherited-docs -output-dir "$graphs" || { failed="$failed $module"; continue; }
    "$tools/docc" convert Sources/"$module"/*.docc --additional-symbol-graph-dir "$graphs" \
        --fallback-display-name "$module" --fallback-bundle-identifier "tracr-inject.$module" \
        --output-path "$out/$module.doccarchive" --warnings-as-errors || failed="$failed $module"
done
[ -z "$failed" ] || { echo "with warnings or errors:$failed" >&2; exit 1; }
