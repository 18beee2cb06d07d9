#!/bin/sh
# dist.sh FOLDER [SWIFT]: all that the program needs, in a folder that can be moved: the executable with Swift's libraries in
# it, OpenBLAS beside it, and what `install.sh` puts there.
#
# The objects are those of `make build`: nothing is compiled again, they are only linked against Swift's static libraries.
set -eu
cd "$(dirname "$0")/.."
folder=${1:?usage: dist.sh FOLDER [SWIFT]}
swift=$(command -v "${2:-swift}")
[ "$(uname -s)" = Linux ] || { echo "tracr-inject: error: make dist is for Linux" >&2; exit 1; }
rm -rf "$folder"
mkdir -p "$folder/lib/tracr-inject" .build/static
lib=$folder/lib/tracr-inject

# LAPACKE goes into the executable: a folder with nothing but its static library comes first. What LAPACKE calls is in OpenBLAS.
ln -sf "$(pkg-config --variable=libdir lapacke)/liblapacke.a" .build/static/liblapacke.a
# Foundation's parts, which the objects name as one shared library. The path to OpenBLAS has to count for what that needs,
# too (Fortran's run time), which RUNPATH, the newer kind, does not.
# shellcheck disable=SC2046 # one word a flag
"$(dirname "$swift")/swiftc" -static-stdlib -emit-executable -o .build/static/tracr-inject -module-name tracr_inject \
    -L .build/static $(pkg-config --libs-only-L openblas lapacke) -Xlinker --gc-sections -Xlinker -s \
    -Xlinker --defsym -Xlinker main=tracr_inject_main \
    -Xlinker --disable-new-dtags -Xlinker "-rpath=\$ORIGIN/../lib/tracr-inject" \
    @.build/release/tracr-inject.product/Objects.LinkFileList \
    -lFoundation -lFoundationEssentials -lFoundationInternationalization -lCoreFoundation -l_FoundationICU \
    -l_FoundationCShims -l_FoundationCollections -ldispatch -lswiftDispatch -lBlocksRuntime -lstdc++ -lm 2>.build/static/log ||
    { cat .build/static/log >&2; exit 1; }

# Every shared library but those that a Linux for manylinux wheels has.
notices=$folder/share/doc/tracr-inject
mkdir -p "$notices"
ldd .build/static/tracr-inject | sed -n 's/^[[:space:]]*\([^ ]*\) => \(\/[^ ]*\).*/\1 \2/p' | while read -r name path; do
    case $name in
    libc.so* | libm.so* | libdl.so* | libpthread.so* | librt.so* | libutil.so* | libgcc_s.so* | libstdc++.so*) continue ;;
    esac
    install -m 644 "$(readlink -f "$path")" "$lib/$name"
    # Whose it is, where Debian's packages say so.
    package=$(dpkg -S "$(readlink -f "$path")" 2>/dev/null | sed 's/:.*//' | head -n 1) || package=
    [ -z "$package" ] || [ ! -f "/usr/share/doc/$package/copyright" ] ||
        install -m 644 "/usr/share/doc/$package/copyright" "$notices/$package.copyright"
done
license=$(dirname "$swift")/../share/swift/LICENSE.txt
[ ! -f "$license" ] || install -m 644 "$license" "$notices/swift.copyright"
install -m 644 LICENSE "$notices/LICENSE"
DESTDIR='' .ci/install.sh "$folder" .build/static/tracr-inject
