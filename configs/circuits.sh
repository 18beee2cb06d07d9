#!/usr/bin/env bash
# A suite of models with known circuits: runs of several programs in several families, their case folders, what every
# method finds in them, and one page of all of it.
#
#   configs/circuits.sh DIRECTORY [OPTION ...]
#
# OPTIONs go to every `train`, such as --steps 1500. What is there already is kept, and a run that was broken off goes on:
# the same command again ends with the same files. The page is DIRECTORY/circuits.html.
#
# TASKS (names or task files, separated by blanks), FAMILIES, SEEDS and SEEDED (the tasks that are trained with all seeds,
# the others with the first) and METHODS can be set from outside.
set -euo pipefail

if [ $# -lt 1 ]; then
    echo "usage: $0 DIRECTORY [OPTION ...]" >&2
    exit 64
fi
tool=${TRACR_INJECT:-tracr-inject}
directory=$1
shift
tasks=${TASKS:-count int-sum shuffle-dyck most-frequent reverse sort recall brackets}
families=${FAMILIES:-plain backups decoys}
seeds=${SEEDS:-42 43 44}
seeded=${SEEDED:-count int-sum most-frequent reverse}
methods=${METHODS:-exact eap eap-ig-inputs eap-ig-activations clean-corrupted ifr acdc edge-pruning}
subspaces=${SUBSPACES:-probe mean-difference pca das oracle}
mkdir -p "$directory/runs" "$directory/cases"

# The settings that make a family.
family() {
    case $1 in
        plain) ;;
        deep) echo --set circuit.placement=spread ;;
        backups) echo --set circuit.heads=1 --set circuit.backups=1 ;;
        decoys) echo --set circuit.decoys=4 ;;
        twin) echo --set program.file=count_by_others ;;
        *)
            echo "no family '$1'" >&2
            exit 64
            ;;
    esac
}

cases=()
for task in $tasks; do
    name=$(basename "${task%.yaml}")
    for family in $families; do
        # A twin is another program of one task.
        if [ "$family" = twin ] && [ "$name" != count ]; then continue; fi
        for seed in $seeds; do
            if [ "$seed" != "${seeds%% *}" ] && [[ " $seeded " != *" $task "* ]]; then continue; fi
            run="$directory/runs/$name-$family-$seed"
            case="$directory/cases/$name-$family-$seed"
            if [ ! -f "$run/manifest.json" ]; then
                if [ -f "$run/config.yaml" ]; then
                    "$tool" train --resume --output "$run"
                else
                    read -ra settings <<<"$(family "$family")"
                    "$tool" train --task "$task" --recipe circuit --seed "$seed" --output "$run" \
                        "${settings[@]}" "$@"
                fi
            fi
            # The folder is put in place whole: where it is, it is finished.
            if [ ! -d "$case" ]; then "$tool" circuit "$run" --output "$case" --quiet >/dev/null; fi
            mkdir -p "$case/found"
            for method in $methods; do
                found="$case/found/$method.json"
                if [ ! -f "$found" ]; then
                    "$tool" discover "$case" --method "$method" --pairs "$case/pairs/random-test.csv" \
                        --output "$found" --quiet >/dev/null
                fi
            done
            for method in $subspaces; do
                found="$case/found/$method.safetensors"
                if [ ! -f "$found" ]; then
                    "$tool" discover "$run" --method "$method" --count 400 --output "$found" --quiet >/dev/null
                fi
            done
            cases+=("$case")
        done
    done
done

"$tool" report "${cases[@]}" --output "$directory/circuits.html"
