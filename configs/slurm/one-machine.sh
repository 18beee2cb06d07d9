#!/bin/bash
# One machine with many cores: a rank on each NUMA node, on as many threads as the node has cores.
#   sbatch configs/slurm/one-machine.sh
#SBATCH --job-name=tracr-inject
#SBATCH --nodes=1
#SBATCH --ntasks=2
#SBATCH --cpus-per-task=32
#SBATCH --time=24:00:00
# Five minutes before the time is over, every rank is told: the run saves and ends.
#SBATCH --signal=USR1@300
set -eu
run=${RUN:-runs/large}
# The same job again goes on from the last checkpoint.
if [ -e "$run/config.yaml" ]; then
    exec srun --cpu-bind=cores tracr-inject train --resume --output "$run"
fi
exec srun --cpu-bind=cores tracr-inject train --task count --student "${STUDENT:-gpt2-large}" --recipe paper \
    --text "${TEXT:-corpus.txt}" --output "$run"
