"""What relations methods find, how many of them are false, and at what cost.

    python -m benchmarks.constants

Runs every method for constants on all of ``constants`` and on the related fractions of ``pcf``, in
this process. Then each measure of a fraction is asked how far apart it puts families. Writes
``benchmarks/results/constants.md``.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from bench import Budget, Measures, measured
from bench.basics.files import write_whole
from bench.clock import Clock
from bench.kinds import Conditions, item_of, kind_of
from bench.kinds.constant.relation import relation_of
from bench.kinds.constant.scoring import ConstantSubject
from bench.kinds.families.scoring import davies_bouldin
from bench.problems import load_dataset
from methods.constants.anchors import NearestAnchor
from methods.constants.relations import PSLQ, SEARCHES, PSLQUnverified

RESULTS = Path(__file__).parent / "results" / "constants.md"
_DATASETS: dict[str, tuple[str, dict[str, Any]]] = {
    "constants": ("constants", {}),
    "pcf, related": ("pcf", {"only": ["related"]}),
    "pcf, the first 300": ("pcf", {"limit": 300}),
}
_METHODS = {"pslq": PSLQ(), "nearest_anchor": NearestAnchor(), "pslq_unverified": PSLQUnverified()}
_OUTCOMES = ("hit", "none", "false", "missed")


def main() -> None:
    """Write the table."""
    lines = [
        "| dataset | method | hits | none, rightly | false | missed | searches | CPU s |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for title, (name, options) in _DATASETS.items():
        problems: Any = load_dataset(name, **options).problems
        for label, method in _METHODS.items():
            lines.append(f"| {title} | {label} | {' | '.join(map(str, row(problems, method)))} |")
    begun = time.process_time()
    fractions = [one.fraction for one in problems[:100]]
    for a, b in fractions:
        measured(a, b)
    each = 1000 * (time.process_time() - begun) / len(fractions)
    lines += ["", f"A fraction is measured at depth 2,000 in {each:.1f} ms of CPU time."]
    lines += ["", *separations(load_dataset("pcf", only=["related"]).problems)]
    text = "\n".join(lines)
    print(text)
    write_whole(RESULTS, f"{text}\n".encode())


def row(problems: Any, method: Any) -> list[Any]:
    """The outcomes of a method on ``problems``, its searches for relations, and CPU seconds."""
    counts: Counter[str] = Counter()
    searches, seconds = 0, 0.0
    for problem in problems:
        kind: Any = kind_of(problem)
        task = kind.task(
            kind.told(problem, Conditions()), (), seed=0, budget=Budget(), clock=Clock(),
            on_report=lambda answer, loss: None,
        )  # fmt: skip
        begun = time.process_time()
        discovery = method.discover(task)
        seconds += time.process_time() - begun
        searches += discovery.counts[SEARCHES]
        best = discovery.best
        found = relation_of(best.expression, task.constants)
        counts[ConstantSubject(item_of(best.expression, problem), found).outcome] += 1
    return [*(counts[one] for one in _OUTCOMES), searches, f"{seconds:.2f}"]


def separations(problems: Any) -> list[str]:
    """How far apart the families of fractions lie in each measure, and in the limit itself.

    By the index of Davies and Bouldin (1979) of the labels: less is further apart. Of a limit it
    is the size: with each fraction ``pcf`` has the one whose limit is its negative.
    """
    known = [(one, found) for one in problems if (found := measured(*one.fraction)) is not None]
    labels = [one.constant for one, _ in known]
    columns = {"size of the limit": [abs(float(one.scaled(20))) / 1e20 for one, _ in known]}
    for name in (one.name for one in fields(Measures)):
        columns[name] = [getattr(found, name) for _, found in known]
    lines = ["| measure | fractions | Davies-Bouldin |", "|---|---:|---:|"]
    for name, values in columns.items():
        points = np.array(values)[:, None]
        index = davies_bouldin(points, labels)
        shown = "" if index is None else f"{index:.1f}"
        lines.append(f"| {name} | {int(np.isfinite(points).sum())} | {shown} |")
    return lines


if __name__ == "__main__":
    main()
