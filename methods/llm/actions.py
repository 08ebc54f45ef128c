"""The actions of ``scientist`` on a table, and what each of them tells."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bench import Budget, Discovery, ProgramError, Task, evaluate, parse
from methods.llm.core.describing import LANGUAGE, OPEN, paragraphs, table, told
from methods.llm.core.forms import OpenForm
from methods.llm.core.reading import form_of, forms_in, object_in
from methods.llm.core.search import FormSearch
from methods.mcts import RSRM

FIT = '{"action": "fit", "formula": "c0*x**2 + c1"}  - fit a form; tells its error and constants\n'
REST = (
    '{"action": "residuals"}  - what the best form so far leaves, and with what that goes along\n'
    '{"action": "search", "seconds": 5}  - an automatic search for a short formula'
)
ONE = (
    "Answer with one action, as one short JSON object as it stands here, and nothing else. What it "
    "gives is told to you:\n"
)
LIST = "points"
"""The one field that holds a list."""
_STATISTICS = (
    '{"action": "statistics"}  - ranges of all columns and their correlations with the target\n'
)
_FIELD = re.compile(r'"(action|formula)"\s*:\s*"([^"]*)"')
_WORST_ROWS = 5


@dataclass(frozen=True, slots=True)
class ActionLimits:
    """How many rows are shown, and the most that one search may take."""

    rows: int
    seconds: float
    evaluations: int


class TableActions:
    """Statistics, fit, residuals and search, on the data of ``search``."""

    actions: ClassVar[str] = ONE + _STATISTICS + FIT + REST
    fields: ClassVar[tuple[str, ...]] = ("action", "formula", "seconds")
    """What belongs to an action; all else in an answer is left out."""

    def __init__(self, search: FormSearch, limits: ActionLimits) -> None:
        self.search, self.limits = search, limits

    def told(self) -> str:
        """The task, some of its data, and what can be done."""
        task = self.search.task
        shown = table(task, self.limits.rows)
        return paragraphs(told(task), shown, f"{LANGUAGE} {OPEN}", self.actions)

    def wanted(self, said: str) -> Mapping[str, Any]:
        """The action that an answer names, and what belongs to it; of an answer that was cut off,
        as far as it goes."""
        found = {name: value for name, value in object_in(said).items() if name in self.fields}
        if "action" in found:
            return {
                name: value
                for name, value in found.items()
                if isinstance(value, str | int | float) or (name == LIST and type(value) is list)
            }
        return dict(_FIELD.findall(said))

    def done(self, said: str, wanted: Mapping[str, Any]) -> str:
        """Do what was asked for, and say what came of it."""
        match wanted.get("action"):
            case "statistics":
                return _statistics(self.search.task)
            case "residuals":
                return _residuals(self.search)
            case "search":
                return self._searched(wanted.get("seconds"))
            case "fit":
                return self.fitted(str(wanted.get("formula", "")))
        forms = [] if wanted else forms_in(said, self.search.task.variables)[0]
        if forms:
            return self._tried(forms[0])
        return self.refused(f"That is none of the actions. {self.actions}")

    def answer(self, found: Discovery) -> Discovery:
        """The answer, from what was found."""
        return found

    def refused(self, why: str) -> str:
        """``why`` nothing was done; it is counted."""
        self.search.counts["refused"] += 1
        return why

    def fitted(self, formula: str) -> str:
        """What fitting a formula gives."""
        try:
            return self._tried(form_of(formula, self.search.task.variables))
        except ProgramError as error:
            return self.refused(f"That formula cannot be read: {error}.")

    def _tried(self, form: OpenForm) -> str:
        trial = self.search.fit(form)
        constants = ", ".join(
            f"{name} = {value:.5g}"
            for name, value in trial.fitted.parameters.items()
            if name in form.parameters
        )
        return (
            f"{form.source or form.expression}: error {trial.nmse:.4g} (mean square over variance)"
            + (f" with {constants}." if constants else ".")
        )

    def _searched(self, seconds: Any) -> str:
        search, task = self.search, self.search.task
        left = task.remaining()
        cpu = math.inf if left.cpu_seconds is None else left.cpu_seconds
        longest = min(self.limits.seconds, 0.5 * min(left.seconds, cpu))
        wanted = seconds if isinstance(seconds, int | float) and 0 < seconds < 1e9 else longest
        # The seed moves on, or a second search would find what the first one did.
        seed = task.seed + search.counts["searches"]
        search.counts["searches"] += 1
        most = self.limits.evaluations
        # Of CPU time: what is found, and so the conversation, is then the same on a busy machine.
        budget = Budget(
            seconds=0.5 * left.seconds, cpu_seconds=min(wanted, longest), evaluations=most
        )
        inner = Task(task.X, task.y, task.variables, seed, budget, task.target)
        found = str(RSRM().discover(inner).best.expression)
        form = OpenForm(parse(found, task.variables), source=found)
        return "The search found this.\n" + self._tried(form)


def echo(wanted: Mapping[str, Any]) -> str:
    """An action as the model sees it again: what was understood, and not all that was written."""
    return json.dumps(wanted)


def _statistics(task: Task) -> str:
    lines = []
    with np.errstate(all="ignore"):
        for name, values in [*zip(task.names, task.X.T, strict=True), (task.target.name, task.y)]:
            low, mean, high = np.min(values), np.mean(values), np.max(values)
            lines.append(f"{name}: {low:.4g} to {high:.4g}, mean {mean:.4g}")
        for name, values in zip(task.names, task.X.T, strict=True):
            lines.append(f"{task.target.name} with {name}: {_together(values, task.y)}")
    return "\n".join(lines)


def _residuals(search: FormSearch) -> str:
    best = search.best(1)
    if not best or not math.isfinite(best[0].fitted.error):
        return "There is no form yet; fit one first."
    few, names = search.answer.on_few, search.task.names
    with np.errstate(all="ignore"):
        rest = few.y - evaluate(best[0].fitted.expression, few.names, few.X)
        lines = [f"rest of {best[0].form.source or best[0].form.expression}:"]
        lines += [f"with {name}: {_together(few.X[:, j], rest)}" for j, name in enumerate(names)]
        worst = np.argsort(-np.abs(rest), kind="stable")[:_WORST_ROWS]
    lines.append(f"largest ({', '.join(names)}, rest):")
    lines += [", ".join(f"{value:.4g}" for value in (*few.X[at], rest[at])) for at in worst]
    return "\n".join(lines)


def _together(values: np.ndarray, others: np.ndarray) -> str:
    """How two columns go along: as they are, and by rank."""
    ranks = [np.argsort(np.argsort(one, kind="stable"), kind="stable") for one in (values, others)]
    plain, ranked = (np.corrcoef(*pair)[0, 1] for pair in ((values, others), (ranks[0], ranks[1])))
    return f"correlation {plain:.2f}, by rank {ranked:.2f}"
