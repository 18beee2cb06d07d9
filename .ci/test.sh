#!/bin/sh
# test.sh [SWIFT]: the whole suite as the processor is, then what computes again at each lesser vector level, so that a
# fault of one level is seen on a machine of a higher one.
set -eu
cd "$(dirname "$0")/.."
swift=${1:-swift}
numeric='TensorCoreTests|LanguageModelsTests|CompressionTests|InjectionLossTests|TrainingRunTests|RecipeRunTests|FamilyRunTests/precisionIsHeeded|MemoryPlanTests|PretrainerTests'

# Nothing here is imported as @testable: with that on, all would be compiled anew for the tests, and again for the build.
flags='-c release --disable-testable-imports'
# MPI=1: with ranks under mpirun.
[ "${MPI:-0}" = 0 ] || flags="$flags --traits MPI"
# shellcheck disable=SC2086 # one word a flag
$swift test $flags

fact() { .build/release/tracr-inject doctor --json | sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }
native=$(fact vector_level)
for level in none v3 v4 v4-bf16; do
    [ "$level" != "$native" ] || break
    echo "numeric suites at vector level $level" >&2
    # shellcheck disable=SC2086
    TRACR_INJECT_VECTORS=$level $swift test $flags --skip-build --filter "$numeric"
done
