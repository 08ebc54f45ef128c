"""What methods find out about functions that may be asked, by questions, variants and families.

    python -m benchmarks.oracles [--methods active laws] [--size 60] [--questions 64 256]
                                 [--seconds 3]

The controls are scored on all 1,000 functions of ``find_numeric``, the methods on the first
``--size`` with so many CPU seconds each, as runs pose them, in this process and without the
judge. Writes ``benchmarks/results/oracles.md``.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import Budget
from bench.basics.files import write_whole
from bench.clock import Clock
from bench.kinds import Conditions, item_of, kind_of
from bench.kinds.oracle.metrics import FITS
from bench.kinds.oracle.posing import parts
from bench.kinds.oracle.scoring import OracleSubject
from bench.plugins import find_method, spec_of
from bench.problems import load_dataset
from bench.running.load import build
from bench.running.sandbox.worker import discover, warm
from bench.scoring import FormCache, ScoringLimits

RESULTS = Path(__file__).parent / "results" / "oracles.md"
_CONTROLS = ("even_polynomial", "nearest_neighbour")
_HEAD = "| method | questions | functions | fits | FIND's rule | its floor | overlap |"

Found = tuple[Any, OracleSubject]


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--methods", nargs="*", default=["active", "laws"])
    parser.add_argument("--size", type=int, default=60)
    parser.add_argument("--questions", nargs="+", type=int, default=[64, 256])
    parser.add_argument("--seconds", type=float, default=3.0)
    asked = parser.parse_args()
    lines = [_HEAD, "|---|---:|---:|---:|---:|---:|---:|"]
    last: dict[str, list[Found]] = {}
    for name in (*_CONTROLS, *asked.methods):
        for questions in asked.questions:
            size = 1000 if name in _CONTROLS else asked.size
            last[name] = answers(name, questions, size, asked.seconds)
            lines.append(_line([name, questions], last[name]))
    text = "\n".join(lines)
    shown = {name: found for name, found in last.items() if name in asked.methods}
    for what in ("tier", "family") if shown else ():
        text += f"\n\nBy {'variant' if what == 'tier' else what}, {asked.questions[-1]} questions:"
        text += f"\n\n{_by(what, shown)}"
    print(text)
    write_whole(RESULTS, f"{text}\n".encode())


def answers(name: str, questions: int, size: int, seconds: float) -> list[Found]:
    """What a method answers on the first ``size`` functions, ready to be scored."""
    spec = spec_of(find_method(name))
    method = build(spec.place, spec.settings)
    budget = Budget.of_cpu(seconds)
    warm(method, spec.place, spec.settings, budget)
    problems: Any = load_dataset("find_numeric", size=size, questions=questions).problems
    return [(problem, _scored(problem, method, budget)) for problem in problems]


def _scored(problem: Any, method: Any, budget: Budget) -> OracleSubject:
    kind: Any = kind_of(problem)
    data, conditions, clock = problem.data(), Conditions(), Clock()
    task = kind.task(
        kind.told(problem, conditions), (), seed=0, budget=budget, clock=clock,
        on_report=lambda answer, loss: None,
    )  # fmt: skip
    clock.start()
    oracle = kind.oracle(problem, data, conditions)
    found = discover(method, kind, replace(task, asks=oracle.ask))
    inputs = kind.held_back_inputs(problem, data)
    values = {} if found.predict is None else {k: found.predict(X) for k, X in inputs.items()}
    answer = found.best.expression
    given = parts(answer, problem.variables) if answer else {}
    item = item_of(answer, problem, predicted=values)
    return OracleSubject(item, given, FormCache(), ScoringLimits())


def _line(begins: Sequence[object], found: Iterable[Found]) -> str:
    found = list(found)
    count = len(found)
    fits = sum(one.nmse < FITS for _, one in found)
    success, floor = (
        sum(getattr(one, name) for _, one in found) for name in ("find_success", "find_floor")
    )
    overlaps = [one.overlap for _, one in found if one.overlap is not None]
    overlap = f"{sum(overlaps) / len(overlaps):.2f}" if overlaps else ""
    cells = [*begins, count, fits, success, floor, overlap]
    return f"| {' | '.join(map(str, cells))} |"


def _by(what: str, methods: dict[str, list[Found]]) -> str:
    lines = [_HEAD.replace("questions", what), "|---|---|---:|---:|---:|---:|---:|"]
    for name, found in methods.items():
        groups: dict[str, list[Found]] = defaultdict(list)
        for problem, one in found:
            groups[getattr(problem, what)].append((problem, one))
        lines += [_line([name, group], members) for group, members in sorted(groups.items())]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
