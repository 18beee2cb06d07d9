#!/bin/sh
# Trains the student tiny for a while and watches the memory it holds.
#
#   soak.sh [SECONDS] [EXECUTABLE] [MORE ARGUMENTS OF train ...]      two hours by default
#
# Resident memory is read every five seconds, into rss.tsv of the folder that is printed. After a warm-up of a tenth of the
# time, the mean of the first half of the rest has to equal that of the second within 1 %.
set -eu
seconds=${1:-7200}
executable=$(realpath "${2:-.build/release/tracr-inject}")
[ $# -ge 2 ] && shift 2 || shift $#
folder=$(mktemp -d)
echo "soak in $folder"
tiny=$("$executable" doctor --json | sed 's/.*"student": *"\([^"]*\)".*/\1/')

"$executable" train --task count --text "$tiny/heldout.txt" --steps 100000000 --set checkpoint.every=50 \
    --output "$folder/run" "$@" 2> "$folder/log" &
process=$!
trap 'kill $process 2> /dev/null || true' EXIT
start=$(date +%s)
while now=$(($(date +%s) - start)); [ "$now" -lt "$seconds" ]; do
    sleep 5
    resident=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$process/status") || { cat "$folder/log"; exit 1; }
    printf '%s\t%s\n' "$now" "$resident" >> "$folder/rss.tsv"
done
# SIGINT would be ignored by a child of a shell without job control.
kill -TERM $process
status=0
wait $process || status=$?
trap - EXIT
[ "$status" = 143 ] || { echo "the run ended with $status"; cat "$folder/log"; exit 1; }

steps=$(wc -l < "$folder/run/metrics.jsonl")
awk -v total="$seconds" -v steps="$steps" '
    $1 >= total / 10 { n++; time[n] = $1; value[n] = $2; if ($2 > most) most = $2 }
    END {
        for (i = 1; i <= n; i++) if (i <= n / 2) { a += value[i]; na++ } else { b += value[i]; nb++ }
        a /= na; b /= nb; change = (b - a) / a
        printf "%d steps in %d s; resident memory %.1f MiB in the first half, %.1f MiB in the second (%+.2f %%), at most %.1f MiB\n",
            steps, total, a / 1024, b / 1024, 100 * change, most / 1024
        exit change > 0.01
    }' "$folder/rss.tsv"
