"""Who proposes alphas: chance, by the dimension to improve, or a language model."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bench import PanelTask
from bench.expression.factors import FACTOR_OPERATORS, Factor
from methods.panels.frequent import shapes_of
from methods.panels.growing import (
    drawn,
    hoisted,
    node_changed,
    small,
    subtree_changed,
    windows_changed,
    wrapped,
)

_TRIES = 20
_AGAIN = 2
"""How often a model is told what is wrong with its formula."""
_STEADYING = ("ts_mean", "ts_median", "cs_rank", "ts_zscore", "ts_rank")
_SLOWING = ("ts_mean", "ts_median", "ts_sum")
_MOST_TOKENS = 300
_LONGEST_ECHO = 3000
"""Characters of an answer that its writer is shown again; a factor has fewer."""


class Proposer(Protocol):
    """Proposes the first alpha of a tree, and a change of one in a dimension.

    ``avoid`` are shapes that are not to occur; None: nothing could be proposed.
    """

    def first(self, avoid: Sequence[Factor]) -> Factor | None: ...

    def refined(
        self, factor: Factor, dimension: str, avoid: Sequence[Factor], examples: Sequence[Factor]
    ) -> Factor | None: ...


@dataclass
class ChanceProposer:
    """Seeded changes that suit the dimension: smoothing for stability and turnover, something else
    for diversity, less for overfitting."""

    task: PanelTask
    rng: random.Random
    nodes: int

    def first(self, avoid: Sequence[Factor]) -> Factor | None:
        return self._tried(lambda: drawn(self.rng, self._fields), avoid)

    def refined(
        self, factor: Factor, dimension: str, avoid: Sequence[Factor], examples: Sequence[Factor]
    ) -> Factor | None:
        return self._tried(lambda: self._changed(factor, dimension), avoid)

    @property
    def _fields(self) -> list[str]:
        return list(self.task.fields)

    def _changed(self, factor: Factor, dimension: str) -> Factor:
        rng = self.rng
        if dimension == "stability":
            return wrapped(rng, factor, _STEADYING)
        if dimension == "turnover":
            return wrapped(rng, factor, _SLOWING)
        if dimension == "overfitting":
            return hoisted(rng, factor) if rng.random() < 0.5 else windows_changed(rng, factor)
        if dimension == "diversity":
            return subtree_changed(rng, factor, self._fields)
        change = rng.choice((node_changed, subtree_changed))
        return change(rng, factor, self._fields)

    def _tried(self, draw: Any, avoid: Sequence[Factor]) -> Factor | None:
        for _ in range(_TRIES):
            factor: Factor = draw()
            if small(factor, self.nodes) and not shapes_of(factor) & set(avoid):
                return factor
        return None


@dataclass
class ModelProposer:
    """A language model, asked for a suggestion and a sketch, then for the formula.

    What does not parse goes back with the reason. The prompts hold fields, operators, formulas and
    their scores, and nothing of the data.
    """

    task: PanelTask
    model: Any
    nodes: int
    temperature: float = 1.0

    def first(self, avoid: Sequence[Factor]) -> Factor | None:
        return self._asked("Propose a new alpha factor that foretells returns.", avoid)

    def refined(
        self, factor: Factor, dimension: str, avoid: Sequence[Factor], examples: Sequence[Factor]
    ) -> Factor | None:
        known = "; ".join(map(str, examples))
        text = f"This factor is weak in {dimension}: {factor}\nRefine it to improve {dimension}."
        return self._asked(f"{text}\nGood examples: {known}" if known else text, avoid)

    def _asked(self, wanted: str, avoid: Sequence[Factor]) -> Factor | None:
        shunned = "\n".join(f"Do not use the pattern {one}." for one in avoid)
        messages = [("system", self._language()), ("user", f"{wanted}\n{shunned}".strip())]
        messages.append(("user", "First say in two sentences what to compute and why, no formula."))
        sketch = self._said(messages, self.temperature)
        messages += [
            ("assistant", _echo(sketch)),
            ("user", "Now write the formula alone, on one line."),
        ]
        for _ in range(1 + _AGAIN):
            answer = self._said(messages, 0.1)
            try:
                factor = self.task.factor(_formula(answer))
            except ValueError as error:
                reason = str(error)
            else:
                if small(factor, self.nodes):
                    return factor
                reason = f"a factor has operators, and at most {self.nodes} nodes"
            messages += [
                ("assistant", _echo(answer)),
                ("user", f"{reason}. Write it again, alone."),
            ]
        return None

    def _said(self, messages: Sequence[tuple[str, str]], temperature: float) -> str:
        answer = self.model.ask(messages, temperature=temperature, max_tokens=_MOST_TOKENS)
        return str(answer.text)

    def _language(self) -> str:
        rows = [
            f"{one.name}({', '.join(['x', 'y'][: one.operands] + ['t', 'n'][: one.windows])}): "
            f"{one.meaning}"
            for one in FACTOR_OPERATORS.values()
        ]
        return (
            "You design formulaic alpha factors over daily panels of assets.\n"
            f"Fields: {', '.join(self.task.fields)}. Operators, and + - * /; t and n are whole "
            f"numbers of days:\n" + "\n".join(rows)
        )


def _echo(answer: str) -> str:
    return answer[:_LONGEST_ECHO] or "(nothing)"


def _formula(answer: str) -> str:
    """The last line that holds something, without what stands around code."""
    lines = [line.strip().strip("`").strip() for line in answer.splitlines()]
    kept = [line for line in lines if line and line != "python"]
    return re.sub(r"^\w+\s*=\s*", "", kept[-1]) if kept else ""
