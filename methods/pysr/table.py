"""PySR's table of expressions: read, chosen from as PySR chooses, and turned into an answer."""

from __future__ import annotations

import csv
import io
import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import Candidate, Discovery, Expression, ParseError, parse
from methods.answering import Answering
from methods.refine import Fitted

SELECTIONS = ("best", "accuracy", "score")
_FLOAT32 = re.compile(r"(?<=[0-9.])f(?=[+-]?[0-9])")
"""Julia writes 1.0e-5 of 32 bits as ``1.0f-5``."""
_NEAR_BEST = 1.5
"""PySR's ``best`` chooses among losses up to so many times the least."""


@dataclass(frozen=True, slots=True)
class Row:
    """One expression of the table, with PySR's own figures."""

    equation: str
    complexity: float
    loss: float

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Row:
        """A row of a mapping with PySR's names, in lower case or not."""
        lower = {key.lower(): value for key, value in row.items() if key is not None}
        return cls(
            _FLOAT32.sub("e", str(lower["equation"])),
            float(lower["complexity"]),
            float(_FLOAT32.sub("e", str(lower["loss"]))),
        )


def read_table(folder: Path) -> list[Row]:
    """The rows of the file that PySR writes while it searches, as far as they are whole.

    The copy ``.bak`` is written first. Empty where there is none yet.
    """
    for name in ("hall_of_fame.csv.bak", "hall_of_fame.csv"):
        try:
            text = (folder / name).read_text(encoding="utf-8")
        except OSError:
            continue
        rows = []
        for line in csv.DictReader(io.StringIO(text)):
            try:
                rows.append(Row.of(line))
            except (KeyError, ValueError):
                break  # it is being written
        if rows:
            return rows
    return []


def select(rows: Sequence[Row], how: str) -> Row | None:
    """The row that PySR would choose by its ``model_selection``; None of none.

    A row's score is what it takes off the logarithm of the loss for each unit of complexity more
    than the row before (PySR 2.7, ``calculate_scores``).
    """
    rows = [row for row in rows if not math.isnan(row.loss)]
    if not rows:
        return None
    least = min(row.loss for row in rows)
    scores = [0.0, *(_score(a, b) for a, b in itertools.pairwise(rows))]
    if how == "accuracy":
        return min(rows, key=lambda row: row.loss)
    limit = math.inf if how == "score" else _NEAR_BEST * least
    able = [k for k, row in enumerate(rows) if row.loss <= limit]
    return rows[max(able, key=lambda k: scores[k])]


def _score(before: Row, row: Row) -> float:
    if row.loss <= 0:
        return math.inf
    if before.loss <= 0:
        return -math.inf
    gained = math.log(before.loss) - math.log(row.loss)
    return gained / (row.complexity - before.complexity)


def discovery_of(
    rows: Iterable[Row], chosen: str, stand_ins: Mapping[str, str], answer: Answering
) -> Discovery:
    """PySR's table as a Discovery, constants fitted in float64, in raw units.

    ``chosen`` is the equation that PySR selected; ``stand_ins`` maps the names in the equations to
    the task's. ``loss`` is that of the fitted expression: its error over the target's spread. An
    equation that is no finite expression (``Inf`` or ``NaN`` for a constant) is left out; raises
    ValueError where the chosen one is.
    """
    best = fitted_of(chosen, stand_ins, answer)
    if best is None:
        raise ValueError(f"PySR selected what is no expression: {chosen!r:.200}")
    front = []
    for row in rows:
        fitted = best if row.equation == chosen else fitted_of(row.equation, stand_ins, answer)
        if fitted is not None:
            front.append(_candidate(fitted, answer, row.complexity))
    own = _candidate(best, answer, None)
    same = (one for one in front if one.expression == own.expression)
    return Discovery(next(same, own), tuple(front))


def fitted_of(equation: str, stand_ins: Mapping[str, str], answer: Answering) -> Fitted | None:
    """An equation with its constants fitted to all rows; None where it is no expression."""
    expression = _parsed(equation, stand_ins)
    return None if expression is None else answer.on_all.fitted(expression)


def _candidate(fitted: Fitted, answer: Answering, complexity: float | None) -> Candidate:
    return Candidate(str(answer.raw(fitted.expression)), complexity, fitted.error)


def _parsed(equation: str, stand_ins: Mapping[str, str]) -> Expression | None:
    try:
        return parse(equation, stand_ins)
    except ParseError:
        return None
