"""``lsr_synth_systems``: the laws of LSR-Synth whose inputs are time and state, as systems.

LLM-SRBench (Shojaee et al. 2025, arXiv:2504.10415) made these tables by solving a system and taking
the rate of one state as target. Here the system is to be discovered whole, from its trajectory:
42 oscillators (x' = v beside the law), 24 growth rates and 36 rates of reaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from bench.expression import Expression, Symbol, parse, substitute
from bench.problems.catalogue import shipped_catalogue
from bench.problems.dataset import Dataset
from bench.problems.problem import Problem
from bench.problems.sources.trajectory import TARGET, LsrSynth
from bench.problems.systems.problem import SystemProblem
from bench.problems.systems.protocol import with_protocol
from bench.problems.systems.solved import SolvedTrajectories
from bench.problems.systems.solver import TOLERANCE
from bench.problems.variable import Variable

NAME = "lsr_synth_systems"

_VERSION = "1"
_UNSOLVED = ("PO7", "PO8")
"""They start at rest, where the cube root of a speed outweighs all: no step is short enough."""
_TABLES = ("phys_osc", "bio_pop_growth", "chem_react")
_TIME = "t"
_POINTS = 150
_KINKED = 1e-6
"""For laws with |x| or |v|, which have kinks, where no order of a rule helps."""


def lsr_synth_systems(**protocol: Any) -> Dataset:
    """The 102 systems, each from its published start; half of that start is held back.

    ``protocol`` as in ``with_protocol``. Raises ProtocolError.
    """
    tables = {tier: shipped_catalogue(f"llmsrbench_{tier}") for tier in _TABLES}
    problems = [
        _system(problem, tier, _meanings(table))
        for tier, table in tables.items()
        for problem in table.problems
        if problem.name not in _UNSOLVED
    ]
    first = next(iter(tables.values()))
    dataset = Dataset(
        NAME, _VERSION, cast(Any, tuple(problems)),
        "LLM-SRBench, LSR-Synth: 102 systems behind its tables", first.source, first.licence,
    )  # fmt: skip
    return with_protocol(dataset, **protocol)


def _meanings(table: Dataset) -> Mapping[str, str]:
    """What the symbols of a table mean: some laws do not ask for all states."""
    columns = (variable for problem in table.problems for variable in problem.variables)
    return {variable.symbol: variable.meaning for variable in columns}


def _system(problem: Problem, tier: str, meanings: Mapping[str, str]) -> SystemProblem:
    source = cast(LsrSynth, problem.source)
    start, rates = source.start or {}, source.rates or {}
    states = {symbol: f"x{k}" for k, symbol in enumerate(start)}
    names = {source.time: _TIME, **states}
    law = _renamed(problem, names)
    return SystemProblem(
        NAME, _VERSION, problem.name,
        states=tuple(Variable(name, one, meanings[one]) for one, name in states.items()),
        truth={
            name: str(law) if rates[one] == TARGET else states[rates[one]]
            for one, name in states.items()
        },
        source=_solved(source, kinked="abs(" in (problem.truth or "")),
        time=_TIME,
        meaning=problem.meaning,
        tier=tier,
    )  # fmt: skip


def _renamed(problem: Problem, names: Mapping[str, str]) -> Expression:
    law = parse(problem.truth or "", problem.variables)
    columns = {one.name: Symbol(names[one.symbol]) for one in problem.variables}
    return substitute(law, columns)


def _solved(source: LsrSynth, kinked: bool) -> SolvedTrajectories:
    start = tuple(map(float, (source.start or {}).values()))
    first, last = source.span
    return SolvedTrajectories(
        (start, tuple(0.5 * value for value in start)), float(last - first), _POINTS,
        begin=float(first), tolerance=_KINKED if kinked else TOLERANCE,
    )  # fmt: skip
