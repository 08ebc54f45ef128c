"""What PROSE's network reaches by the published measures, beside controls.

    python -m benchmarks.prose [--checkpoint FOLDER] [--sets 4] [--noise 0.02]

On ``sets`` problems of each of the fifteen families, at parameters of the test split: the relative
L2 error of the states over (2, 6] and each half of it, the share of systems that are valid, and
the relative L2 error of their rates at 50 points within [-5, 5]. States come from the network
itself (``states``) or from integrating the equations from the true start (``integrated``); an error
above 2 counts as 2, and so does an integration that ends early. ``guess alone`` is the control that
sees no data: of the families the one whose law is nearest to the guess, at its mean parameters.
Differences to it are means over problems with 95 % intervals, resampled by problem. Writes
``benchmarks/results/prose.md``.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import (
    Budget,
    Number,
    SystemTask,
    Trajectory,
    load,
    numbers,
    parse,
    substitute,
)
from bench.basics.files import write_whole
from benchmarks.intervals import mean_with_interval
from methods.neural.checkpoint import load_network
from methods.prose import Prose
from methods.prose.method import SHIPPED
from methods.prose.network import ProseNetwork
from methods.prose.pool import SHOWN, TrajectoryPool, pool_of_data
from methods.prose.seeing import Examples, examples
from methods.prose.training.evaluation import Rates, asked, of_rates, relative_l2
from methods.prose.vocabulary import Tokens, written
from methods.systems.guess_system import GuessSystem
from methods.systems.sindy import Sindy

RESULT = Path(__file__).parent / "results" / "prose.md"
CONTROL = "guess alone"
_MOST = 2.0
_SECONDS = 10.0

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Scored:
    """One answer to one problem: errors of states (whole, first half, second half) and of rates."""

    problem: Any
    states: tuple[float, float, float]
    rates: float | None


def main() -> None:
    """Ask, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--checkpoint", type=Path, default=SHIPPED)
    parser.add_argument("--sets", type=int, default=4)
    parser.add_argument("--noise", type=float, default=0.02)
    wanted = parser.parse_args()
    problems: Sequence[Any] = load("prose", sets=wanted.sets).problems
    pool = pool_of_data(problems)
    rows = compared(wanted.checkpoint, problems, pool, wanted.noise)
    text = f"{_table('three states', rows, 3)}\n\n{_table('all fifteen families', rows, 5)}"
    print(text)
    write_whole(RESULT, f"{text}\n".encode())


def compared(
    checkpoint: Path, problems: Sequence[Any], pool: TrajectoryPool, noise: float
) -> dict[str, list[Scored]]:
    """What everybody answers to each of ``problems``, whose trajectories are ``pool``."""
    seen = examples(pool, np.arange(len(problems)), np.random.default_rng(0), noise)
    network, _ = load_network(checkpoint, ProseNetwork.of)
    rows: dict[str, list[Scored]] = {}
    for label, shown in _inputs(seen).items():
        told = asked(network, shown, pool.states.tolist())
        rows[f"{label}, states"] = [
            _scored(problem, one.later, one.rates)
            for problem, one in zip(problems, told, strict=True)
        ]
        rows[f"{label}, integrated"] = [
            _scored(problem, _integrated(problem, one.rates), one.rates)
            for problem, one in zip(problems, told, strict=True)
        ]
    families = _families(problems)
    rows[CONTROL] = [_answered(one, _nearest(one, families)) for one in problems]
    shown = seen.seen.x.double().numpy()
    for label, method in _methods(checkpoint).items():
        rows[label] = [  # a task's clock starts where it is made
            _answered(problem, _discovered(method, _task(problem, x)))
            for problem, x in zip(problems, shown, strict=True)
        ]
    return rows


def _inputs(seen: Examples) -> dict[str, Examples]:
    """Both inputs, and each alone."""
    without = replace(seen.seen, guess=0 * seen.seen.guess)
    return {
        "data and guess": seen,
        "data alone": replace(seen, seen=without),
        "guess alone, network": replace(seen, with_data=seen.with_data & False),
    }


def _methods(checkpoint: Path) -> dict[str, Any]:
    methods: dict[str, Any] = {
        "`prose`, as a method": Prose(str(checkpoint)),
        "`guess_system`, constants fitted": GuessSystem(),
    }
    if importlib.util.find_spec("pysindy") is not None:
        methods["`sindy`"] = Sindy()
    return methods


def _task(problem: Any, x: Array) -> SystemTask:
    """``problem`` as the network sees it, for other methods."""
    (clean,) = problem.data().shown
    shown = Trajectory(clean.t, x[:, : len(problem.states)])
    budget = Budget(seconds=_SECONDS)
    return SystemTask((shown,), problem.states, guess=problem.guess, budget=budget)


def _discovered(method: Any, task: SystemTask) -> Rates | None:
    try:
        answer = method.discover(task).best.expression
    except ValueError:
        return None
    return {name: parse(text, task.variables) for name, text in answer.items()}


def _families(problems: Sequence[Any]) -> list[tuple[Tokens, Mapping[str, str]]]:
    """Each family as tokens with its constants masked, and its law at the means of training."""
    training: Sequence[Any] = load("prose", split="train", sets=25, guess="masked").problems
    found = []
    for family in dict.fromkeys(problem.law for problem in problems):
        alike = [one for one in training if one.law == family]
        found.append((_told(alike[0]), _mean_law(alike)))
    return found


def _mean_law(problems: Sequence[Any]) -> Mapping[str, str]:
    """The guess of the first, its constants the means of those in the laws of all."""
    first = problems[0]
    law, start = {}, 0
    for name, text in first.guess.items():
        known = {**{one: one for one in first.names}, **{f"C{k}": f"C{k}" for k in range(99)}}
        values = [
            [number for number in numbers(one.laws[name]) if isinstance(number, float)]
            for one in problems
        ]
        means = np.mean(values, axis=0) if values[0] else []
        filled = {f"C{start + k}": Number(float(mean)) for k, mean in enumerate(means)}
        start += len(filled)
        law[name] = str(substitute(parse(text, known), filled))
    return law


def _told(problem: Any) -> Tokens:
    known = {**{one: one for one in problem.names}, **{f"C{k}": f"C{k}" for k in range(99)}}
    return written(
        {name: parse(text, known) for name, text in problem.guess.items()}, problem.names
    )


def _nearest(problem: Any, families: Sequence[tuple[Tokens, Mapping[str, str]]]) -> Rates:
    guess = _told(problem)
    law = max(families, key=lambda one: difflib.SequenceMatcher(None, guess, one[0]).ratio())[1]
    return {name: parse(text, {one: one for one in law}) for name, text in law.items()}


def _integrated(problem: Any, rates: Rates | None) -> Array | None:
    """The states at the later times, from the true start; None where that fails."""
    if rates is None or list(rates) != list(problem.names):
        return None
    data = problem.data()
    (shown,), (later,) = data.shown, data.later
    along = Trajectory(np.append(shown.t, later.t[1:]), np.concatenate([shown.x, later.x[1:]]))
    task = SystemTask((along,), problem.states)
    path = task.integrated({name: str(rate) for name, rate in rates.items()}, along, 5.0)
    return path[SHOWN:] if np.isfinite(path).all() else None


def _answered(problem: Any, rates: Rates | None) -> Scored:
    return _scored(problem, _integrated(problem, rates), rates)


def _scored(problem: Any, later: Array | None, rates: Rates | None) -> Scored:
    true = problem.data().later[0].x[1:]
    half = len(true) // 2
    parts = [slice(None), slice(0, half), slice(half, None)]
    errors = [
        _MOST if later is None else min(_MOST, relative_l2(later[part], true[part]))
        for part in parts
    ]
    random = np.random.default_rng(0)
    fits = rates is not None and list(rates) == list(problem.names)
    error = of_rates(rates, problem.laws, random) if rates is not None and fits else None
    return Scored(problem, (errors[0], errors[1], errors[2]), error)


def _table(title: str, rows: Mapping[str, Sequence[Scored]], states: int) -> str:
    lines = [
        f"| {title} | L2 of states | first half | second half | valid | L2 of rates | better than"
        " the control by |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    kept = {
        label: [one for one in scored if len(one.problem.states) <= states]
        for label, scored in rows.items()
    }
    control = np.array([one.states[0] for one in kept[CONTROL]])
    for label, scored in kept.items():
        errors = np.array([one.states for one in scored])
        rates = [one.rates for one in scored if one.rates is not None]
        margin = "" if label == CONTROL else mean_with_interval(control - errors[:, 0])
        cells = [*(f"{mean:.1%}" for mean in errors.mean(axis=0))]
        cells += [f"{len(rates) / len(scored):.0%}", f"{fmean(rates):.1%}" if rates else "", margin]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
