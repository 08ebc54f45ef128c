"""PySR on a machine that has Julia: its row beside the other engines, and four promises checked.

    python -m benchmarks.pysr_live [--methods pysr pysr_default] [--suites nguyen srsd_easy ...]
                                   [--cpu-seconds 30] [--problems N] [--folder DIR]

``rediscover doctor`` says beforehand whether all is there. The row is made as that of the others in
``benchmarks.search``, in CPU seconds; compiling is not charged. The promises, by real runs:

* anytime: a run reports before half of its time is over;
* deadline: every run answers by itself within its budget and the grace;
* memory: no run takes more than its limit;
* determinism: on one thread two runs of one seed that are ended by evaluations agree.

They go to ``benchmarks/results/pysr_live.md``, their runs to DIR; the row goes to the table of the
other engines, ``benchmarks/results/search/30s.md``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import Budget
from bench.basics.files import write_whole
from bench.plugins import find_method, spec_of
from bench.running import (
    Limits,
    LocalExecutor,
    MethodSpec,
    Record,
    Store,
    execute,
    matrix,
    missing_engine,
)
from benchmarks.search.compared import Wanted
from benchmarks.search.publish import RESULTS, publish
from benchmarks.search.suites import suite

SUITES = ("nguyen", "feynman10", "srsd_easy")
_EVALUATIONS = 200_000
_SECONDS = 20.0


@dataclass(frozen=True)
class Promise:
    """One of four promises: whether it is kept, and by what that is seen."""

    name: str
    kept: bool
    seen: str


def main() -> None:
    """Check the promises, make the row, and write both down."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--methods", nargs="+", default=["pysr", "pysr_default"])
    parser.add_argument("--suites", nargs="+", default=SUITES)
    parser.add_argument("--cpu-seconds", type=float, default=30.0)
    parser.add_argument("--problems", type=int, help="so many of each suite, drawn")
    parser.add_argument("--folder", type=Path, default=Path("results/pysr_live"))
    options = parser.parse_args()
    specs = [spec_of(find_method(name)) for name in options.methods]
    for spec in specs:
        reason = missing_engine(spec)
        if reason is not None:
            sys.exit(f"{spec.label}: {reason}")
    promises = list(checked(specs[0], options.folder))
    page = "\n".join(["Promises:", "", *_lines(promises)])
    write_whole(RESULTS.parent / "pysr_live.md", f"{page}\n".encode())
    methods, suites = tuple(options.methods), tuple(options.suites)
    publish(Wanted(methods, suites, options.cpu_seconds, problems=options.problems))
    print("\n".join(_lines(promises)))
    if not all(promise.kept for promise in promises):
        sys.exit(1)


def checked(spec: MethodSpec, folder: Path) -> Iterable[Promise]:
    """The four promises, seen in runs on two problems of Nguyen's."""
    limits = Limits()
    timed = _runs(spec, folder / "timed", Budget(seconds=_SECONDS), limits)
    counted = Budget(seconds=600.0, evaluations=_EVALUATIONS)
    once = _runs(spec, folder / "once", counted, limits)
    again = _runs(spec, folder / "again", counted, limits)
    yield anytime(timed)
    yield deadline(timed, limits)
    yield memory(timed)
    yield determinism(once, again)


def _runs(spec: MethodSpec, folder: Path, budget: Budget, limits: Limits) -> list[Record]:
    suites = {"nguyen": suite("nguyen", 2)}
    store = Store(folder)
    execute(matrix([spec], suites, budget=budget), suites, store, LocalExecutor(1), limits=limits)
    return sorted(store.records(), key=lambda record: record.run.problem)


def anytime(records: Sequence[Record]) -> Promise:
    """Whether every run reported before it was over."""
    first = [r.reports[0].seconds if r.reports else float("inf") for r in records]
    early = [a < 0.5 * r.resources.wall_seconds for a, r in zip(first, records, strict=True)]
    text = ", ".join(f"{one:.1f} s" for one in first)
    return Promise("anytime", bool(records) and all(early), f"first reports after {text}")


def deadline(records: Sequence[Record], limits: Limits) -> Promise:
    """Whether every run answered by itself within its budget and the grace."""
    late = [r.resources.wall_seconds - r.run.budget.seconds for r in records]
    good = all(r.status == "ok" for r in records) and max(late, default=0.0) <= limits.grace
    words = ", ".join(f"{r.resources.wall_seconds:.1f} s ({r.status})" for r in records)
    return Promise("deadline", bool(records) and good, f"of {_SECONDS:g} s: {words}")


def memory(records: Sequence[Record]) -> Promise:
    """Whether every run stayed below its limit."""
    peaks = [r.resources.peak_memory_mb for r in records]
    good = all(p < r.run.budget.memory_mb for p, r in zip(peaks, records, strict=True))
    words = ", ".join(f"{peak:.0f} MB" for peak in peaks)
    return Promise("memory", bool(records) and good, f"peaks of {words}")


def determinism(once: Sequence[Record], again: Sequence[Record]) -> Promise:
    """Whether two runs of one seed gave the same front."""
    pairs = list(zip(once, again, strict=True))
    same = [a.discovery is not None and a.discovery == b.discovery for a, b in pairs]
    return Promise("determinism", bool(pairs) and all(same), f"{sum(same)} of {len(same)} agree")


def _lines(promises: Iterable[Promise]) -> list[str]:
    return [f"* {one.name}: {'kept' if one.kept else 'NOT KEPT'}; {one.seen}" for one in promises]


if __name__ == "__main__":
    main()
