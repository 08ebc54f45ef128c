"""The method ``scientist``: an agent with four actions and a notebook."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bench import Budget, Discovery, ProgramError, Prompt, Task, evaluate, parse
from methods import warm
from methods.llm.core.describing import LANGUAGE, OPEN, paragraphs, table, told
from methods.llm.core.forms import OpenForm
from methods.llm.core.reading import form_of, forms_in, object_in
from methods.llm.core.search import FormSearch
from methods.mcts import RSRM
from methods.mcts import warm as search_warm

_ROLE = "You are a scientist at work on measurements. You answer with one JSON object."
_ACTIONS = (
    "Answer with one action, as one short JSON object as it stands here, and nothing else. What it "
    "gives is told to you:\n"
    '{"action": "statistics"}  - ranges of all columns and their correlations with the target\n'
    '{"action": "fit", "formula": "c0*x**2 + c1"}  - fit a form; tells its error and constants\n'
    '{"action": "residuals"}  - what the best form so far leaves, and with what that goes along\n'
    '{"action": "search", "seconds": 5}  - an automatic search for a short formula'
)
_KNOWN = "You have done this, and nothing has changed since. Choose another action."
_FIELDS = ("action", "formula", "seconds")
_FIELD = re.compile(r'"(action|formula)"\s*:\s*"([^"]*)"')
_LONGEST_ECHO = 1500
_WORST_ROWS = 5


@dataclass(frozen=True)
class Scientist:
    """An agent: it looks at statistics, fits forms, looks at residuals, and may start a search.

    In the line of SR-Scientist (Xia et al., "SR-Scientist: Scientific Equation Discovery With
    Agentic AI", 2025, arXiv:2510.11661), whose tools are an evaluator of equations and an analyser
    of data, and of agents after it whose tools are fixed.

    Departures: there is no tool that runs code the model wrote. The actions are fixed, and what
    they tell is computed here. The conversation holds the last ``memory`` turns; what must not be
    forgotten, the best forms so far, stands in every prompt. A turn that is no action is answered
    with what is wrong with it, and counted as refused. ``search`` is our own ``rsrm``, for at most
    ``search_seconds`` and ``search_evaluations`` (which alone makes a run that others can repeat).
    """

    asks_model: ClassVar[bool] = True

    turns: int = 40
    memory: int = 6
    rows: int = 10
    kept: int = 3
    search_seconds: float = 5.0
    search_evaluations: int = 20_000
    temperature: float = 0.7
    max_tokens: int = 300
    starts: int = 5

    def warm_up(self, budget: Budget) -> None:
        """Load the compiled code."""
        warm.fitting()
        search_warm.searching()

    def discover(self, task: Task) -> Discovery:
        """Act until the turns or a budget are spent, or a formula is exact."""
        search = FormSearch(task, task.model, starts=self.starts)
        return search.follow(self._course(search))

    def _course(self, search: FormSearch) -> Iterator[None]:
        turns: list[tuple[str, str]] = []
        for _ in range(self.turns):
            said = search.say(self.prompt(search, turns))
            wanted = _wanted(said)
            # What was understood, and not all that was written, is what the model sees again.
            echo = json.dumps(wanted) if wanted else said[:_LONGEST_ECHO] or "(nothing)"
            seen = self._done(search, said, wanted)
            turns.append((echo, _KNOWN if (echo, seen) in turns else seen))
            yield

    def prompt(self, search: FormSearch, turns: list[tuple[str, str]]) -> Prompt:
        """The task, the best so far, and the last turns."""
        task = search.task
        best = "\n".join(
            f"{one.form.source or one.form.expression}   (error {one.nmse:.3g})"
            for one in search.best(self.kept)
        )
        text = paragraphs(
            told(task),
            table(task, self.rows),
            f"{LANGUAGE} {OPEN}",
            _ACTIONS,
            f"The best forms so far:\n{best}" if best else "",
        )
        messages = [("system", _ROLE), ("user", text)]
        for said, seen in turns[-self.memory :]:
            messages += [("assistant", said), ("user", seen)]
        return Prompt(messages, max_tokens=self.max_tokens, temperature=self.temperature)

    def _done(self, search: FormSearch, said: str, wanted: Mapping[str, Any]) -> str:
        """Do what was asked for, and say what came of it."""
        match wanted.get("action"):
            case "statistics":
                return _statistics(search.task)
            case "residuals":
                return _residuals(search)
            case "search":
                return self._searched(search, wanted.get("seconds"))
            case "fit":
                return _fitted(search, str(wanted.get("formula", "")))
        forms = [] if wanted else forms_in(said, search.task.variables)[0]
        if forms:
            return _tried(search, forms[0])
        search.counts["refused"] += 1
        return "That is none of the actions. " + _ACTIONS

    def _searched(self, search: FormSearch, seconds: Any) -> str:
        task = search.task
        longest = min(self.search_seconds, 0.5 * task.remaining().seconds)
        wanted = seconds if isinstance(seconds, int | float) and 0 < seconds < 1e9 else longest
        # The seed moves on, or a second search would find what the first one did.
        seed = task.seed + search.counts["searches"]
        search.counts["searches"] += 1
        budget = Budget(seconds=min(wanted, longest), evaluations=self.search_evaluations)
        inner = Task(task.X, task.y, task.variables, seed, budget, task.target)
        found = RSRM().discover(inner).best.expression
        return "The search found this.\n" + _tried(search, _form(str(found), task))


def _wanted(said: str) -> Mapping[str, Any]:
    """The action that an answer names, and what belongs to it; of an answer that was cut off, as
    far as it goes."""
    found = {name: value for name, value in object_in(said).items() if name in _FIELDS}
    if "action" in found:
        return {
            name: value for name, value in found.items() if isinstance(value, str | int | float)
        }
    return dict(_FIELD.findall(said))


def _form(text: str, task: Task) -> OpenForm:
    return OpenForm(parse(text, task.variables), source=text)


def _fitted(search: FormSearch, formula: str) -> str:
    try:
        return _tried(search, form_of(formula, search.task.variables))
    except ProgramError as error:
        search.counts["refused"] += 1
        return f"That formula cannot be read: {error}."


def _tried(search: FormSearch, form: OpenForm) -> str:
    trial = search.fit(form)
    constants = ", ".join(
        f"{name} = {value:.5g}"
        for name, value in trial.fitted.parameters.items()
        if name in form.parameters
    )
    return (
        f"{form.source or form.expression}: error {trial.nmse:.4g} (mean square over variance)"
        + (f" with {constants}." if constants else ".")
    )


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
