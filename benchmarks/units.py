"""Which published laws are dimensionally consistent, which constants need a unit, and why not.

    python -m benchmarks.units

The catalogues hold units as the laws need them. Where the published tables have others, the law is
also checked with those, and fails.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bench.problems import Problem, Unit, dataset_names, load_dataset
from bench.problems.units import UnitCheck, check_units, unit_text

INVERSE_PERMITTIVITY = (-1.0, 2.0, -1.0, 0.0, 2.0)
PUBLISHED: dict[tuple[str, str], tuple[str, Unit]] = {
    ("aifeynman", "I.43.16"): ("mu_drift", (0.0, -1.0, 1.0, 0.0, 0.0)),
    ("srsd_easy", "feynman-i.43.16"): ("mu_drift", (0.0, -1.0, 1.0, 0.0, 0.0)),
    ("srsd_hard", "feynman-bonus.6"): ("epsilon", INVERSE_PERMITTIVITY),
    ("srsd_hard", "feynman-bonus.12"): ("epsilon", INVERSE_PERMITTIVITY),
    ("srsd_hard", "feynman-bonus.13"): ("epsilon", INVERSE_PERMITTIVITY),
}
"""Units that differ in the published tables from those in the catalogues."""


@dataclass(frozen=True)
class CheckedLaw:
    problem: Problem
    check: UnitCheck


def checked(problems: Iterable[Problem]) -> list[CheckedLaw]:
    """The truths of the problems that state units."""
    return [
        CheckedLaw(problem, check_units(problem.truth, problem))
        for problem in problems
        if problem.truth is not None and all(v.unit is not None for v in problem.variables)
    ]


def as_published(problem: Problem) -> Problem:
    symbol, unit = PUBLISHED[problem.dataset, problem.name]
    variables = [replace(v, unit=unit) if v.symbol == symbol else v for v in problem.variables]
    return replace(problem, variables=tuple(variables))


def main() -> None:
    corrected: list[Problem] = []
    print("| dataset | laws with units | consistent | with units on constants | inconsistent |")
    print("|---|---|---|---|---|")
    for name in dataset_names():
        if name.startswith("fresh") or name.endswith("_dummy"):
            continue
        problems = [one for one in load_dataset(name).problems if one.kind == "table"]
        rows = checked(problems)
        if not rows or any(problem.dataset != name for problem in problems):
            continue
        bare = sum(bool(row.check.consistent) and not row.check.constants for row in rows)
        carrying = sum(bool(row.check.consistent and row.check.constants) for row in rows)
        failing = [row for row in rows if not row.check.consistent]
        print(f"| {name} | {len(rows)} | {bare} | {carrying} | {len(failing)} |")
        for row in failing:
            print(f"| | {row.problem.name}: {row.check} | | | |")
        corrected += [problem for problem in problems if (name, problem.name) in PUBLISHED]
    print("\nWith the units as published:\n")
    for problem in corrected:
        symbol, unit = PUBLISHED[problem.dataset, problem.name]
        check = check_units(problem.truth or "", as_published(problem))
        print(f"* {problem.id}, {symbol} in {unit_text(unit)}: {check}")


if __name__ == "__main__":
    main()
