#!/usr/bin/env bash
# A benchmark on Slurm, from submission to table. Start it where `sbatch` works, a login node say:
#
#   bash examples/slurm.sh [EXPERIMENT] [further settings]
#
# It needs the extra `slurm` (`rediscover doctor` says how to install it). The current folder and
# the Python environment must lie on a disk that the nodes share.
set -euo pipefail
experiment=${1:-on_slurm}

# The command plans every run, submits the runs as one job array and waits for their records.
# Stop it with Ctrl-C or lose the connection: the same command goes on where it stopped.
#   executor.chunk     runs in one job, one after the other; long enough to be worth a job
#   executor.parallel  jobs of the array at a time
# Time, memory and processors of a job follow from the budget. What a cluster wants beside them is
#   executor.partition=short executor.account=physics
#   'executor.setup=["module load python/3.11"]' 'executor.parameters={qos: long}'
rediscover run \
    executor=slurm executor.chunk=5 executor.parallel=10 \
    method=[linear,polynomial] dataset=[quickstart] \
    budget.seconds=5 budget.memory_mb=1000 \
    experiment="$experiment" "${@:2}"

# Records lie in results/EXPERIMENT as those of any other run do, so all commands work on them.
rediscover status "results/$experiment"
rediscover leaderboard "results/$experiment" --by problem --format csv -o "results/$experiment/by_problem.csv"
