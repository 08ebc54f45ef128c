"""The method ``scientist``: an agent with fixed actions and a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from bench import Budget, Discovery, OracleTask, Prompt, Task
from methods import warm
from methods.llm.actions import ActionLimits, TableActions, echo
from methods.llm.core.describing import paragraphs
from methods.llm.core.search import FormSearch
from methods.llm.oracle_actions import OracleActions
from methods.mcts import warm as search_warm

_ROLE = "You are a scientist at work on measurements. You answer with one JSON object."
_KNOWN = "You have done this, and nothing has changed since. Choose another action."
_LONGEST_ECHO = 1500


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

    At an oracle it also asks, a list of points or an even row of them, as the agents of FIND do
    (Schwettmann et al. 2023, arXiv:2309.03886), and ends when it answers. It begins with ``rows``
    even questions of its own. What it holds for corrupted it sets aside, and tells with the law.
    """

    kinds: ClassVar[tuple[str, ...]] = ("table", "oracle")
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

    def discover(self, task: Task | OracleTask) -> Discovery:
        """Act until the turns or a budget are spent, a table's formula is exact, or, at an oracle,
        the agent answers."""
        limits = ActionLimits(self.rows, self.search_seconds, self.search_evaluations)
        actions = (
            OracleActions(task, limits, self.starts)
            if isinstance(task, OracleTask)
            else TableActions(FormSearch(task, task.model, starts=self.starts), limits)
        )
        return actions.answer(actions.search.follow(self._course(actions)))

    def _course(self, actions: TableActions) -> Iterator[None]:
        turns: list[tuple[str, str]] = []
        for _ in range(self.turns):
            said = actions.search.say(self._prompt(actions, turns))
            wanted = actions.wanted(said)
            shown = (echo(wanted) if wanted else said)[:_LONGEST_ECHO] or "(nothing)"
            seen = actions.done(said, wanted)
            turns.append((shown, _KNOWN if (shown, seen) in turns else seen))
            yield

    def _prompt(self, actions: TableActions, turns: list[tuple[str, str]]) -> Prompt:
        """The task, the best so far, and the last turns."""
        best = "\n".join(
            f"{one.form.source or one.form.expression}   (error {one.nmse:.3g})"
            for one in actions.search.best(self.kept)
        )
        text = paragraphs(actions.told(), f"The best forms so far:\n{best}" if best else "")
        messages = [("system", _ROLE), ("user", text)]
        for said, seen in turns[-self.memory :]:
            messages += [("assistant", said), ("user", seen)]
        return Prompt(messages, max_tokens=self.max_tokens, temperature=self.temperature)
