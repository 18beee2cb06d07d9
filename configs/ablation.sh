#!/usr/bin/env bash
# What each part of the default recipe is worth: a run with all of it, the published method at the same rates and steps, a run
# for each part without it or with another in its place, and one report.
#
#   configs/ablation.sh DIRECTORY [TASK [OPTION ...]]
#
# TASK is count unless told otherwise; OPTIONs go to every `train`, such as --steps 1500. Runs that are there
# already are kept, broken ones go on. The report, DIRECTORY/report.html, names each run by what differs from the recipe.
set -euo pipefail

if [ $# -lt 1 ]; then
    echo "usage: $0 DIRECTORY [TASK [OPTION ...]]" >&2
    exit 64
fi
tool=${TRACR_INJECT:-tracr-inject}
directory=$1
task=${2:-count}
shift $(($# > 1 ? 2 : 1))
mkdir -p "$directory"

runs=()
run() {
    local name=$1
    shift
    local path="$directory/$task-$name"
    runs+=("$path")
    if [ -f "$path/manifest.json" ]; then return; fi
    if [ -f "$path/config.yaml" ]; then
        "$tool" train --resume --output "$path"
    else
        "$tool" train --task "$task" --output "$path" "$@"
    fi
}

# Without perturbed examples there are as many of the task's own.
sizes=$("$tool" train --task "$task" "$@" --print-config | sed -n '/^batch:/,/^$/s/^  \(task\|perturbed\): //p')
own=(--set batch.perturbed=0 --set "batch.task=$((${sizes/$'\n'/+}))")

run default "$@"
run published "$@" "${own[@]}" --set alignment.kind=cosine --set alignment.layers=first --set roll.subspace=all \
    --set roll.anchor=start --set interchange.pairs=0 --set text.pieces=1 --set loss.kl=1
run cosine "$@" --set alignment.kind=cosine
run own-prompts "$@" "${own[@]}"
run task-length "$@" --set batch.longer=0
run any-values "$@" --set batch.candidates=1
run first-layers "$@" --set alignment.layers=first
run no-roll "$@" --set roll.enabled=false
run roll-from-start "$@" --set roll.anchor=start
run roll-at-each "$@" --set roll.site=each
run no-interchange "$@" --set interchange.pairs=0
run whole-windows "$@" --set text.pieces=1
run light-kl "$@" --set loss.kl=1
run finetune "$@" --method finetune

"$tool" report "${runs[@]}" --output "$directory/report.html"
