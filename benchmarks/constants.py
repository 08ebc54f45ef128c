"""What relations methods find, how many of them are false, and at what cost.

    python -m benchmarks.constants

Runs every method for constants on all of ``constants`` and on the related fractions of ``pcf``, in
this process. Writes ``benchmarks/results/constants.md``.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench import Budget, measured
from bench.basics.files import write_whole
from bench.clock import Clock
from bench.kinds import Conditions, item_of, kind_of
from bench.kinds.constant.relation import relation_of
from bench.kinds.constant.scoring import ConstantSubject
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


if __name__ == "__main__":
    main()
