#!/bin/bash
# Several machines, a rank on each. Student, text and run lie on a file system that all of them see.
#   sbatch --nodes=8 configs/slurm/several-machines.sh
#SBATCH --job-name=tracr-inject
#SBATCH --nodes=8
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=16
#SBATCH --exclusive
#SBATCH --time=24:00:00
#SBATCH --signal=USR1@300
set -eu
run=${RUN:-runs/large}
if [ -e "$run/config.yaml" ]; then
    exec srun --cpu-bind=cores tracr-inject train --resume --output "$run"
fi
# As many examples a machine as one machine alone would have: 12 + 12, and a rate that grows with the square root.
machines=$SLURM_JOB_NUM_NODES
rate=$(awk -v n="$machines" 'BEGIN { printf "%.3g", 1e-6 * sqrt(n) }')
exec srun --cpu-bind=cores tracr-inject train --task count --student "${STUDENT:-gpt2-large}" --recipe paper \
    --text "${TEXT:-corpus.txt}" --set batch.task=$((12 * machines)) --set batch.text=$((12 * machines)) \
    --set lr.student="$rate" --output "$run"
