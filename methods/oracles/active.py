"""The method ``active``: it asks where its best candidates disagree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bench import Budget, Discovery, OracleTask, Task, complexity, evaluate, parse
from methods.laws import Laws
from methods.least_squares import fit_polynomial, monomials
from methods.oracles.answers import Answers, first_questions, jumps
from methods.oracles.waves import nearest_wave

Array = NDArray[np.float64]

_DEGREE = 5
_FRONT = 6
_FINE = 1000
_LEAST = 8
_ALIKE = 0.01
"""A law holds in a piece where it leaves this share of what all answers vary."""
_NOTHING = 1e-12
_NOISIER = 10.0
"""What is corrupted scatters about a constant so many times as wide as the law's own answers."""


@dataclass(frozen=True)
class Active:
    """Questions in turns: a first design, bisection of jumps, then where candidates disagree.

    Jumps cut the range into pieces. The law is searched for in the largest, by least squares, by
    the nearest wave, and by ``laws``; after each of ``rounds`` searches the next questions are
    where the best candidates lie furthest apart (query by committee, Seung, Opper and Sompolinsky,
    1992). Pieces where it does not hold have polynomials of their own or, where answers scatter
    about a constant more than the law's do, are told as corrupted.
    """

    kinds: ClassVar[tuple[str, ...]] = ("oracle",)

    rounds: int = 3
    first: float = 0.5
    breaks: int = 8
    bisections: int = 12

    def __post_init__(self) -> None:
        if not (self.rounds >= 1 and 0 < self.first <= 1 and self.breaks >= 0):
            raise ValueError(
                f"rounds is {self.rounds}, first {self.first}, breaks {self.breaks}; needed are "
                "1 round or more, a share of the questions above 0, and no negative number"
            )

    def warm_up(self, budget: Budget) -> None:
        """Load the compiled search."""
        Laws().warm_up(budget)

    def discover(self, task: OracleTask) -> Discovery:
        """Ask and search in turns; of several arguments, the others stay in the middle."""
        answers = Answers(task)
        answers.ask(first_questions(task, max(1, math.ceil(self.first * task.questions))))
        if not len(answers.x):
            return Discovery.of("0")
        low, high = task.domain[0]
        edges = jumps(answers, self.breaks, self.bisections)
        pieces = list(pairwise([low, *edges, high]))
        main = max(pieces, key=lambda piece: len(answers.between(*piece)[0]))
        law = self._law(task, answers, main)
        return Discovery.of(_with_pieces(task.names[0], answers, pieces, main, law))

    def _law(self, task: OracleTask, answers: Answers, piece: tuple[float, float]) -> str:
        """The law of a piece, after its last questions."""
        best = "0"
        for turn in range(self.rounds):
            table = _table(task, answers, piece)
            candidates = _candidates(table, self.rounds - turn)
            best = candidates[0]
            task.report(best)
            if turn + 1 < self.rounds:
                count = math.ceil(task.left / (self.rounds - 1 - turn))
                answers.ask(_apart(candidates, table, piece, count))
        return best


def _table(task: OracleTask, answers: Answers, piece: tuple[float, float]) -> Task:
    x, y = answers.between(*piece)
    return Task(x[:, None], y, task.variables[:1], task.seed, task.budget, clock=task.clock)


def _candidates(table: Task, turns: int) -> list[str]:
    """What may be the law, the best first; a share of the time that ``turns`` turns have."""
    texts = [str(fit_polynomial(table, monomials(1, k, len(table.y)))) for k in range(_DEGREE + 1)]
    if not _exact(texts, table):
        texts += nearest_wave(table)
    left = table.remaining()
    if not _exact(texts, table) and len(table.y) >= _LEAST:
        share = 0.9 / turns
        cpu = None if left.cpu_seconds is None else share * left.cpu_seconds
        budget = replace(table.budget, seconds=share * left.seconds, cpu_seconds=cpu)
        found = Laws().discover(replace(table, budget=budget, clock=table.clock.part()))
        front = sorted(found.front, key=lambda one: math.inf if one.loss is None else one.loss)
        texts += [one.text for one in (found.best, *front[:_FRONT])]
    return sorted(dict.fromkeys(texts), key=lambda text: _worth(text, table))


def _exact(texts: Sequence[str], table: Task) -> bool:
    return any(_error(text, table) < _NOTHING for text in texts)


def _error(text: str, table: Task) -> float:
    """The mean squared error over the variance; inf where a value is no number."""
    with np.errstate(all="ignore"):
        values = evaluate(parse(text), table.names, table.X)
        spread = float(np.var(table.y)) or float(np.mean(table.y**2)) or 1.0
        error = float(np.mean((values - table.y) ** 2)) / spread
    return error if math.isfinite(error) else math.inf


def _worth(text: str, table: Task) -> float:
    """BIC, with a node for a parameter; less is better."""
    n = len(table.y)
    nodes = complexity(parse(text))
    return n * math.log(_error(text, table) + _NOTHING) + nodes * math.log(n)


def _apart(candidates: Sequence[str], table: Task, piece: tuple[float, float], count: int) -> Array:
    """``count`` places of a piece where the best candidates are furthest apart, none twice."""
    x = np.linspace(piece[0], piece[1], _FINE + 2)[1:-1]  # what lies at a jump is of no piece
    with np.errstate(all="ignore"):
        values = np.array(
            [evaluate(parse(one), table.names, x[:, None]) for one in candidates[:_FRONT]]
        )
        spread = np.nan_to_num(np.ptp(values, axis=0), nan=0.0, posinf=0.0)
    rng = np.random.default_rng(table.seed + len(table.y))
    ranked = np.argsort(-spread * rng.uniform(0.5, 1.0, _FINE), kind="stable")
    return x[ranked[:count]]


def _with_pieces(
    name: str,
    answers: Answers,
    pieces: Sequence[tuple[float, float]],
    main: tuple[float, float],
    law: str,
) -> dict[str, str] | str:
    """``law`` where it holds; what is corrupted, or other polynomials, where it does not."""
    spread = float(np.var(answers.y)) or 1.0
    rest = _residual(name, answers, main, law)
    others = [
        piece
        for piece in pieces
        if piece != main
        and len(answers.between(*piece)[0])
        and not _residual(name, answers, piece, law) < _ALIKE * spread
    ]
    if not others:
        return law
    _, y = answers.between(others[0][0], others[-1][1])
    together = all(one[1] == other[0] for one, other in pairwise(others))
    if together and float(np.var(y)) > _NOISIER * rest and float(np.var(y)) < _ALIKE * spread:
        low, high = others[0][0], others[-1][1]
        first, last = low == pieces[0][0], high == pieces[-1][1]
        inside = f"({name} - ({low!r}))*(({high!r}) - {name})"
        if first or last:
            inside = f"({high!r}) - {name}" if first else f"{name} - ({low!r})"
        return {"law": law, "corrupted": inside, "value": repr(float(np.mean(y)))}
    return _patched(name, answers, pieces, others, law)


def _residual(name: str, answers: Answers, piece: tuple[float, float], law: str) -> float:
    x, y = answers.between(*piece)
    with np.errstate(all="ignore"):
        return float(np.mean((evaluate(parse(law), [name], x[:, None]) - y) ** 2))


def _patched(
    name: str,
    answers: Answers,
    pieces: Sequence[tuple[float, float]],
    others: Sequence[tuple[float, float]],
    law: str,
) -> str:
    """A piecewise expression: ``law``, and the polynomials that suffice in ``others``."""
    cases = []
    for piece in pieces:
        text = law
        if piece in others:
            text = _candidates_of_degree(_table(answers.task, answers, piece))
        cases.append(f"{text}, lt({name}, {piece[1]!r})")
    return f"piecewise({', '.join(cases[:-1])}, {cases[-1].rpartition(', lt(')[0]})"


def _candidates_of_degree(table: Task) -> str:
    degrees = range(min(_DEGREE, len(table.y) - 1) + 1)
    texts = [str(fit_polynomial(table, monomials(1, k, len(table.y)))) for k in degrees]
    return min(texts, key=lambda text: _worth(text, table))
