"""Which laws methods recover, and how soon: our own searches beside the engines of others.

    python -m benchmarks.search [--methods laws rsrm ...] [--suites nguyen srsd_easy ...]
                                [--cpu-seconds 60] [--noise 0 0.01] [--seeds 1]
                                [--problems 20 | --whole] [--rerun-stale]

One thread and the same CPU seconds for all, one run at a time, so that a busy machine stretches the
wait and not the budget. The judge's rules ``exact`` and ``skeleton`` are asked of the formula a
method stands by. A method that is not installed is named, and has no row.

All methods do a problem before the next one begins, and the suites take turns. After each problem
all that is done is written to ``benchmarks/results/search/``: every run to ``60s.csv``, the table
to ``60s.md``, the share recovered over time to ``60s.png``; another budget has other files. The
CSV is the memory of the comparison: killed and started again, here or in another clone, it makes
what the CSV lacks. Rows of an earlier code of their method are kept, and counted;
``--rerun-stale`` makes those that are asked for again.
"""

from __future__ import annotations

import argparse

from benchmarks.search.compared import Wanted
from benchmarks.search.publish import publish

METHODS = ("laws", "rsrm", "rsrm_laws", "mcts", "operon", "gplearn")
SUITES = (
    "nguyen", "nguyen_c", "r", "livermore", "aifeynman", "srsd_easy", "srsd_medium", "srsd_hard",
    "llmsrbench_transform", "llmsrbench_phys_osc", "llmsrbench_chem_react",
    "llmsrbench_bio_pop_growth", "fresh_transform", "fresh_synth",
)  # fmt: skip


def main() -> None:
    """Run what is not done yet, and write the table of all that is."""
    publish(*_asked())


def _asked() -> tuple[Wanted, bool]:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--methods", nargs="+", default=METHODS)
    parser.add_argument("--suites", nargs="+", default=SUITES)
    parser.add_argument("--cpu-seconds", type=float, default=60.0)
    parser.add_argument("--noise", nargs="+", type=float, default=(0.0,))
    parser.add_argument("--seeds", type=int, default=1)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--problems", type=int, default=20, help="so many of each suite, drawn")
    size.add_argument("--whole", action="store_true", help="every problem of each suite")
    parser.add_argument("--rerun-stale", action="store_true")
    given = parser.parse_args()
    problems = None if given.whole else given.problems
    return Wanted(
        tuple(given.methods), tuple(given.suites), given.cpu_seconds, given.seeds,
        tuple(given.noise), problems,
    ), given.rerun_stale  # fmt: skip


if __name__ == "__main__":
    main()
