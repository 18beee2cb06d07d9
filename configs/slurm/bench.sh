#!/bin/bash
# What ranks cost on your machines and network, before a run: a step by itself, a step of all, the sum of gradients.
#   sbatch --nodes=4 configs/slurm/bench.sh
#SBATCH --job-name=tracr-inject-bench
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=16
#SBATCH --exclusive
#SBATCH --time=00:30:00
set -eu
for gradients in fp32 bf16; do
    srun --cpu-bind=cores tracr-inject bench --scaling --student "${STUDENT:-gpt2}" --steps 3 \
        --set optimizer.gradients=$gradients --json
done
