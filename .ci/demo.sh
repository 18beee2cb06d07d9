#!/bin/sh
# The main job on the bundled student: inject `count`, measure it, read its variables back.
# DEMO_BASELINE=1 measures plain fine-tuning (no alignment, no roll) the same way afterwards.
set -eu
cd "$(dirname "$0")/.."
tool=.build/release/tracr-inject
prompt="What is the number of 'X' in this text? x y x x y. Answer:"

show() {
    printf '\n$ tracr-inject' >&2
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_./,=-]*) printf ' "%s"' "$word" >&2 ;;
        *) printf ' %s' "$word" >&2 ;;
        esac
    done
    printf '\n' >&2
    "$tool" "$@"
}

started=$(date +%s)
show train --task count --output runs/demo
show eval runs/demo
show decode "$prompt" --run runs/demo
if [ "${DEMO_BASELINE:-0}" != 0 ]; then
    show train --task count --method finetune --output runs/demo-finetune
    show eval runs/demo-finetune
fi
printf '\ndone in %d s; the model is in runs/demo/student\n' $(($(date +%s) - started)) >&2
