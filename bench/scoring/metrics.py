"""Metric: one number that says something of an answer's worth, and all that tables need of it.

A metric is one row. The rows of a kind are in its own folder; those of all kinds and of installed
packages are gathered by ``bench.kinds.metrics``. Scorecard, leaderboard and the tables in the docs
follow from them. The rows that follow from holding expressions against laws are made here, for
whichever kinds do that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from bench.scoring.equivalence.verdict import Answer
    from bench.scoring.rules import AnyRule
    from bench.scoring.scorecard import Scorecard

Summary = Literal["rate", "mean", "median"]
Better = Literal["higher", "lower"]

AFTERWARDS = "afterwards"
"""The last step of all kinds: what is read off the scorecard that the others have filled."""
BUILT_IN = "built-in"


@dataclass(frozen=True, slots=True)
class Metric:
    """One row: what is asked, how it is answered, and how the answers of many runs are summed up.

    ``question`` is in words, as the docs show it. ``value`` gives the number, None where the
    problem has none (no split out of its domain, no units). It is asked in the step of scoring
    called ``step``, of the subject that the kind has made ready; a step that the kind does not
    have is one of its own, with its own limits. ``AFTERWARDS`` it is asked of the scorecard.

    ``summary`` is over the runs that have a value: the ``rate`` of a yes (1) among yes and no (0),
    the ``mean`` or the ``median``. ``interval`` adds the 95 % interval of a rate or a mean.
    ``better`` says which way. ``worst`` is the value of a run without an answer; None: such a run
    has none. ``everywhere`` says that every problem has the metric; where only some do, a run
    without an answer counts if other runs show that its problem is one of them.

    ``title`` heads its column in a brief table; empty: it is in none; None: its name. ``rank`` is
    its place among the metrics by which the lines of a table are ordered; 0: it has none.
    ``origin`` is filled in: the package that brings the row.

    Raises ValueError for a word that there is none of.
    """

    name: str
    question: str
    value: Callable[[Any], float | None]
    summary: Summary
    better: Better
    worst: float | None
    step: str = AFTERWARDS
    kinds: tuple[str, ...] = ("table",)
    interval: bool = False
    everywhere: bool = True
    title: str | None = None
    rank: int = 0
    origin: str = BUILT_IN

    def __post_init__(self) -> None:
        for field, words in (("summary", Summary), ("better", Better)):
            if getattr(self, field) not in get_args(words):
                raise ValueError(
                    f"metric '{self.name}': {field} is {getattr(self, field)!r}; choose "
                    f"{' or '.join(get_args(words))}"
                )
        if not self.name.isidentifier():
            raise ValueError(f"metric '{self.name}': a name is letters, digits and underscores")

    @property
    def heading(self) -> str:
        """What heads its column in a brief table; empty where it is in none."""
        return self.name if self.title is None else self.title


RANKED_BY = "exact"
"""The rule by whose rate of yes the lines of a table are ordered first."""


def rule_metrics(kinds: tuple[str, ...], rules: Iterable[AnyRule]) -> tuple[Metric, ...]:
    """The rows of each rule: its rate of yes, of undecided and, if it has one, beyond its scope.

    An answer of several expressions is a yes where each of them is.
    """
    rules = tuple(rules)
    return (
        *(_yes(rule, kinds) for rule in rules),
        *(_undecided(rule, kinds) for rule in rules),
        *(_not_applicable(rule, kinds) for rule in rules if rule.out_of_scope),
    )


def ned_metric(kinds: tuple[str, ...]) -> Metric:
    """The row of the edit distance; that of several expressions is the mean."""
    return Metric(
        "ned",
        "how far is it from the law, by SRSD's normalised edit distance, 0 best, 1 worst?",
        _ned,
        summary="mean", better="lower", worst=1.0, kinds=kinds, interval=True, title="NED", rank=3,
    )  # fmt: skip


def _yes(rule: AnyRule, kinds: tuple[str, ...]) -> Metric:
    return Metric(
        f"symbolic_{rule.name}",
        rule.question,
        partial(_share, rule=rule.name, wanted="yes"),
        summary="rate", better="higher", worst=0.0, kinds=kinds, interval=True,
        title=rule.title or rule.name, rank=int(rule.name == RANKED_BY), origin=rule.origin,
    )  # fmt: skip


def _undecided(rule: AnyRule, kinds: tuple[str, ...]) -> Metric:
    return Metric(
        f"undecided_{rule.name}",
        f"is `{rule.name}` undecided, which is no yes in `symbolic_{rule.name}`?",
        partial(_share, rule=rule.name, wanted="undecided"),
        summary="rate", better="lower", worst=0.0, kinds=kinds, title="", origin=rule.origin,
    )  # fmt: skip


def _not_applicable(rule: AnyRule, kinds: tuple[str, ...]) -> Metric:
    return Metric(
        f"not_applicable_{rule.name}",
        f"is `{rule.name}` not asked of the law, and the run in none of its rates?",
        partial(_not_asked, rule=rule.name),
        summary="rate", better="lower", worst=None, kinds=kinds, title="", origin=rule.origin,
    )  # fmt: skip


def _share(card: Scorecard, rule: str, wanted: Answer) -> float | None:
    answer = card.answer_by(rule)
    return None if answer in (None, "not_applicable") else float(answer == wanted)


def _not_asked(card: Scorecard, rule: str) -> float | None:
    answer = card.answer_by(rule)
    return None if answer is None else float(answer == "not_applicable")


def _ned(card: Scorecard) -> float | None:
    distances = [one.edit.ned for one in card.comparisons.values() if one.edit is not None]
    return sum(distances) / len(distances) if distances else None
