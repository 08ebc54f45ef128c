"""The actions of ``scientist`` at an oracle: what it asks, and what it sets aside."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench import Discovery, OracleTask, QuestionRefused, Task
from methods.llm.actions import FIT, LIST, ONE, REST, ActionLimits, TableActions
from methods.llm.core.describing import LANGUAGE, MOST_ROWS, OPEN, paragraphs, told
from methods.llm.core.reading import form_of
from methods.llm.core.search import FormSearch
from methods.oracles.floor import asked_in_batches

Array = NDArray[np.float64]

_ASK = (
    '{"action": "ask", "points": [0, 1.5]}  - ask for the values at points\n'
    '{"action": "ask", "from": -10, "to": 10, "count": 16}  - ask at so many even points\n'
)
_END = (
    '\n{"action": "exclude", "from": 10, "to": 30}  - what is answered there is not the law: it is '
    "left out of all fits\n"
    '{"action": "answer", "formula": "c0*x**2 + c1"}  - this is the law, and you are done'
)
_ALSO = "They may also use floor, ceil, sign, and conditions, as in where(x < 3, c0, c1*x)."


class AnswersSearch(FormSearch):
    """A search on the answers so far: it goes on where a form is exact, as the next answer may
    speak against it, and is ``over`` when the agent says so."""

    over = False

    @property
    def settled(self) -> bool:
        return self.over


class OracleActions(TableActions):
    """Ask, fit, residuals, search, exclude and answer, on all that ``task`` has answered."""

    actions: ClassVar[str] = ONE + _ASK + FIT + REST + _END
    fields: ClassVar[tuple[str, ...]] = (
        "action", "formula", "seconds", LIST, "from", "to", "count",
    )  # fmt: skip
    search: AnswersSearch

    def __init__(self, task: OracleTask, limits: ActionLimits, starts: int) -> None:
        self.task = task
        self.excluded: tuple[float, float] | None = None
        low, high = task.domain[0].tolist()
        self._points = self._row(low, high, max(1, min(limits.rows, task.left)))
        self._values = asked_in_batches(task, self._points)
        super().__init__(AnswersSearch(self._table(), task.model, starts=starts), limits)

    def told(self) -> str:
        """The oracle, what it has answered, and what can be done."""
        task = self.task
        places = ", ".join(
            f"{name} from {low:g} to {high:g}"
            for name, (low, high) in zip(task.names, task.domain.tolist(), strict=True)
        )
        black_box = (
            f"It is a black box that you may ask: {places}. {task.left} of {task.questions} "
            f"questions are left, at most {task.batch} at once. Answers may be noisy, the law may "
            "jump, and in a part of the range something else may be answered."
        )
        set_aside = "" if self.excluded is None else "Excluded: {:g} to {:g}".format(*self.excluded)
        answers = f"Some of its answers:\n{self._written(self._points, self._values)}"
        return paragraphs(
            f"{told(self.search.task)}\n{black_box}", answers, set_aside,
            f"{LANGUAGE} {_ALSO} {OPEN}", self.actions,
        )  # fmt: skip

    def done(self, said: str, wanted: Mapping[str, Any]) -> str:
        """Do what was asked for, and say what came of it."""
        try:
            match wanted.get("action"):
                case "ask":
                    return self._asked(wanted)
                case "exclude":
                    return self._set_aside(_number(wanted, "from"), _number(wanted, "to"))
                case "answer":
                    return self._stated(str(wanted.get("formula", "")))
        except (TypeError, ValueError, OverflowError) as error:
            return self.refused(f"That cannot be done: {error}.")
        return super().done(said, wanted)

    def answer(self, found: Discovery) -> Discovery:
        """What was found and, where answers were set aside, where these are and what is there."""
        if self.excluded is None:
            return found
        low, high = self.excluded
        values = self._values[self._rows(inside=True)]
        name = self.task.names[0]
        stated = {
            "law": found.best.text,
            "corrupted": f"({name} - ({low!r}))*(({high!r}) - {name})",
            "value": repr(float(np.mean(values)) if len(values) else 0.0),
        }
        return replace(found, best=replace(found.best, expression=stated))

    def _asked(self, wanted: Mapping[str, Any]) -> str:
        if LIST in wanted:
            points = np.asarray(wanted[LIST], dtype=np.float64)
        else:
            count = int(_number(wanted, "count"))
            most = min(self.task.left, self.task.batch)
            if not 0 < count <= most:
                raise QuestionRefused(f"{count} points are asked, and at most {most} are answered")
            points = self._row(_number(wanted, "from"), _number(wanted, "to"), count)
        values = self.task.ask(points)
        points = points.reshape(len(values), -1)
        self._points = np.concatenate([self._points, points])
        self._values = np.concatenate([self._values, values])
        self.search.onto(self._table())
        return f"{self._written(points, values)}\n{self.task.left} questions are left."

    def _set_aside(self, low: float, high: float) -> str:
        before = self.excluded
        least, most = self.task.domain[0].tolist()
        low, high = max(low, least), min(high, most)
        self.excluded = (low, high) if low < high else None
        if not self._rows(inside=False).any():
            self.excluded = before
            raise ValueError("no answer would be left to fit a law to")
        self.search.onto(self._table())
        count = int(self._rows(inside=True).sum())
        return f"{count} answers are left out, and the best forms are fitted anew."

    def _stated(self, formula: str) -> str:
        search = self.search
        if formula:
            form = form_of(formula, self.task.variables)
            trial = search.fit(form)
            if not math.isfinite(trial.fitted.error):
                raise ValueError("the formula has no value where there are answers")
            search.trials = {form.key: trial}  # what is stated is what the answer stands by
        search.over = True
        return "That is the answer."

    def _rows(self, *, inside: bool) -> NDArray[np.bool_]:
        """Which answers are numbers, and set aside (``inside``) or not."""
        low, high = self.excluded or (math.inf, -math.inf)
        aside = (low <= self._points[:, 0]) & (self._points[:, 0] <= high)
        return np.asarray(np.isfinite(self._values) & (aside == inside))

    def _table(self) -> Task:
        """The answers that are not set aside; of none one row, of the value 0."""
        rows = self._rows(inside=False)
        X, y = self._points[rows], self._values[rows]
        if not len(y):
            X, y = self._points[:1], np.zeros(1)
        task = self.task
        return Task(
            np.ascontiguousarray(X), y, task.variables, task.seed, task.budget,
            on_report=task.on_report, clock=task.clock,
        )  # fmt: skip

    def _row(self, low: float, high: float, count: int) -> Array:
        """Even points of the first argument, the others in the middle: shape (count, d)."""
        points = np.tile(self.task.domain.mean(axis=1), (count, 1))
        with np.errstate(all="ignore"):  # what is no number is refused by the oracle
            points[:, 0] = np.linspace(low, high, count)
        return points

    def _written(self, points: Array, values: Array) -> str:
        """Points and values by rising argument; of many an even share."""
        order = np.lexsort(points.T[::-1])
        chosen = order[np.linspace(0, len(order) - 1, min(len(order), MOST_ROWS)).astype(int)]
        lines = [", ".join((*self.task.names, self.search.task.target.name))]
        lines += [", ".join(f"{one:.5g}" for one in (*points[at], values[at])) for at in chosen]
        return "\n".join(lines)


def _number(wanted: Mapping[str, Any], name: str) -> float:
    if name not in wanted:
        raise ValueError(f"'{name}' is not said")
    return float(wanted[name])
