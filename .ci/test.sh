#!/bin/sh
# test.sh [SWIFT [FILTER]]: the whole suite as the processor is, then what computes again at each lesser vector level, so
# that a fault of one level is seen on a machine of a higher one. With a filter, what it names, once.
set -eu
cd "$(dirname "$0")/.."
swift=${1:-swift}
filter=${2:-}
numeric='TensorCoreTests|LanguageModelsTests|CompressionTests|InjectionLossTests|TrainingRunTests|RecipeRunTests|FamilyRunTests/precisionIsHeeded|MemoryPlanTests|PretrainerTests'

# MPI=1: with ranks under mpirun.
traits=
[ "${MPI:-0}" = 0 ] || traits='--traits MPI'
# Nothing here is imported as @testable: with that on, all would be compiled anew for the tests, and again for the build.
flags="-c release --disable-testable-imports $traits"

# The executable starts itself again where OpenBLAS does not know the processor and takes its slowest kernel; the tests
# are given the kernel that it finds, and no threads of OpenBLAS's, which nothing here uses.
# shellcheck disable=SC2086 # one word a flag
$swift build -c release --product tracr-inject $traits
fact() { .build/release/tracr-inject doctor --json | sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }
: "${OPENBLAS_CORETYPE:=$(fact blas_kernel)}"
: "${OPENBLAS_NUM_THREADS:=1}"
export OPENBLAS_CORETYPE OPENBLAS_NUM_THREADS

if [ -n "$filter" ]; then
    # shellcheck disable=SC2086
    exec $swift test $flags --filter "$filter"
fi
# shellcheck disable=SC2086
$swift test $flags

native=$(fact vector_level)
for level in none v3 v4 v4-bf16; do
    [ "$level" != "$native" ] || break
    echo "numeric suites at vector level $level" >&2
    # shellcheck disable=SC2086
    TRACR_INJECT_VECTORS=$level $swift test $flags --skip-build --filter "$numeric"
done
