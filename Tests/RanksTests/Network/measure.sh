#!/bin/bash
# What sums of gradients cost between ranks behind links of 1 and 10 Gbit/s, by `bench --scaling`, and what follows for
# GPT-2-large on 2, 8 and 32 machines. Outside CI, as root, on an idle machine; see scaling.sh.
# DELAY is that of scaling.sh.
#   measure.sh TOOL [FILE]       a line of JSON for each measurement goes to FILE (measured.jsonl), then fit.py reads it
set -eu
tool=$(realpath "$1") file=${2:-measured.jsonl} here=$(dirname "$(realpath "$0")")
: >"$file"
# Student, parameters, layers, parameters of a layer, timed steps, ranks.
while read -r student parameters layers layer steps ranks; do
    for rate in 1 10; do
        for gradients in fp32 bf16; do
            [ "$gradients" = fp32 ] || [ "$student" = tiny ] || continue
            width=4
            [ "$gradients" = fp32 ] || width=2
            line=
            # A daemon of mpirun now and then does not start, and mpirun waits for it.
            for _ in 1 2 3; do
                line=$(timeout 300 "$here/scaling.sh" "$ranks" "${rate}gbit" "${DELAY:-0.1ms}" -- "$tool" bench --scaling \
                    --student "$student" --steps "$steps" --threads 1 --set optimizer.gradients=$gradients --json \
                    2>/dev/null </dev/null | tail -1) && [ -n "$line" ] && break
            done
            # shellcheck disable=SC2016 # the expansions are Python's
            python3 -c '
import json, sys
sys.path.insert(0, sys.argv[1])
import fit
width, parameters, layers, layer, rate = map(int, sys.argv[2:7])
row = json.loads(sys.argv[8])
rest = (parameters - layers * layer) * width
row.update(rate=rate * 125_000_000, gradients=sys.argv[7], bytes=parameters * width,
           pieces=fit.pieces(layers, layer * width, rest))
print(json.dumps(row), file=open(sys.argv[9], "a"))
print("%s %s, %d ranks, %d Gbit/s: alone %.3f s, step %.3f s, sum %.3f s" % (
    row["student"], row["gradients"], row["ranks"], rate, row["alone_step_seconds"], row["step_seconds"],
    row["sum_seconds"]), flush=True)' "$here" $width "$parameters" "$layers" "$layer" $rate $gradients "$line" "$file"
        done
    done
done <<'END'
tiny 2674432 12 198272 3 2
tiny 2674432 12 198272 3 4
tiny 2674432 12 198272 3 8
gpt2 124439808 12 7087872 1 2
gpt2 124439808 12 7087872 1 4
END
python3 "$here/fit.py" "$file"
