"""Scoring in steps: what a kind gives, and how its steps fill a scorecard, cheapest first.

A step that is cut short (by time, memory or a crash; see ``bench.scoring.pool``) leaves what the
earlier ones found and lets the later ones go on.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bench.basics.source.digest import source_digest
from bench.method import Answer
from bench.scoring.metrics import AFTERWARDS, BUILT_IN, Metric
from bench.scoring.ned.form_cache import FormCache
from bench.scoring.scorecard import SOLE, Comparison, Scorecard

PATIENCE = 10.0
"""How much longer than its processor time a step may take by the clock."""


@dataclass(frozen=True, slots=True)
class ScoringLimits:
    """What each step may use, and how closely the judge looks.

    ``seconds`` of processor time bound every step, the simplification of one expression among
    them. SRSD's authors waited 120 s for that; of what takes more than 1 s, hardly anything is
    closer to the truth than nothing. On a machine so busy that a step does not get them within
    ``PATIENCE`` times as long by the clock, it is ended all the same. ``memory_mb`` is how much a
    step's process may grow. ``tolerance`` is the judge's relative tolerance on constants;
    ``prove`` asks it for a symbolic proof of each "yes". ``cdm`` asks how alike prediction and law
    look (``bench.scoring.cdm``), which takes longer than all else.
    """

    seconds: float = 3.0
    memory_mb: int = 2048
    tolerance: float = 1e-3
    prove: bool = False
    cdm: bool = False


class NoAnswer(Exception):
    """What was given as an answer is none; the message says why."""


@dataclass(frozen=True)
class ScoringStep:
    """One step: ``take`` gives the card with what it found, where metrics are not all there is.

    ``cut(card, why)`` gives the card where the step did not finish, and why, in words that fit.
    ``part`` is the expression that it is about. ``spoils`` names the steps, about the same
    expression, that are worth nothing without it. ``prepare`` is called before the step's clock
    starts: what it raises is a fault of the problem.
    """

    name: str
    take: Callable[[Scorecard], Scorecard] = lambda card: card
    cut: Callable[[Scorecard, str], tuple[Scorecard, str]] = lambda card, why: (card, why)
    part: str = SOLE
    spoils: tuple[str, ...] = ()
    prepare: Callable[[], object] = lambda: None

    @property
    def key(self) -> str:
        """What the step is called on a scorecard."""
        return step_key(self.name, self.part)


def step_key(name: str, part: str) -> str:
    """What the step ``name`` about the expression ``part`` is called on a scorecard."""
    return name if part == SOLE else f"{name} of {part}"


class Subject(Protocol):
    """An item made ready by its kind: expressions parsed, data at hand. Metrics look at it.

    Another is made where a step was cut short: what steps found is on the card alone.
    """

    @property
    def steps(self) -> tuple[ScoringStep, ...]:
        """The steps that apply, cheapest first."""
        ...


def _nothing() -> str:
    return ""


@dataclass(frozen=True)
class Scheme:
    """How the answers of a kind are scored. Module-level functions: they are sent to processes.

    ``ready(item, forms, limits)`` makes an item ready. It raises NoAnswer where the item has no
    answer; any other exception is a fault of the problem. ``failed(item, why)`` is the evidence
    of an item without an answer: the worst, as far as it is known without looking at data.
    ``follows()`` is a digest of what scorecards follow from besides code and problem, if anything.
    """

    kind: str
    ready: Callable[[Item, FormCache, ScoringLimits], Subject]
    failed: Callable[[Item, str], Mapping[str, Comparison]]
    follows: Callable[[], str] = _nothing


@dataclass(frozen=True)
class Item:
    """One answer to score for one problem, as its kind says, by ``metrics()``.

    ``data`` None: those of the problem for ``data_seed``. ``predicted`` is what the answer's own
    predictor said, by split, where it kept one; without a text, that is all there is to score.
    Items are sent to processes: ``metrics`` is a function that they can import, which its rows
    need not be.
    """

    answer: Answer | None
    problem: Any
    scheme: Scheme
    metrics: Callable[[], tuple[Metric, ...]]
    data_seed: int = 0
    data: Any = field(default=None, repr=False, compare=False)
    predicted: Mapping[str, NDArray[np.float64]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def problem_data(self) -> Any:
        """All data of the problem: those that were given, else those of ``data_seed``."""
        return self.problem.data(self.data_seed) if self.data is None else self.data

    def blank(self, limits: ScoringLimits) -> Scorecard:
        """The scorecard before any step."""
        name = f"{self.problem.dataset}/{self.problem.name}"
        judge = judge_version(self.scheme, self.metrics(), limits)
        return Scorecard(name, self.scheme.kind, self.answer, judge)

    def failed(self, limits: ScoringLimits, why: str) -> Scorecard:
        """The finished scorecard of an item without an answer."""
        card = self.blank(limits).but(failure=why, comparisons=self.scheme.failed(self, why))
        metrics = self.metrics()
        card = without(card, [metric for metric in metrics if metric.step != AFTERWARDS])
        for metric in metrics:
            if metric.step == AFTERWARDS:
                card = measured(card, metric, card)
        return card


def judge_version(scheme: Scheme, metrics: Iterable[Metric], limits: ScoringLimits) -> str:
    """What a scorecard follows from besides its item: under another, score again.

    That is the code that scores, of packages that add metrics too, SymPy's version and the limits.
    """
    settings = f"{limits.seconds:g} s, {limits.memory_mb} MB, tolerance {limits.tolerance:g}"
    proof = (", proof" if limits.prove else "") + (", cdm" if limits.cdm else "")
    metrics = tuple(metrics)
    added = [f"{one.name} of {one.origin}" for one in metrics if one.origin != BUILT_IN]
    more = f"; with {', '.join(added)}" if added else ""
    homes = {getattr(one.value, "func", one.value).__module__ for one in metrics}
    code = _code_of(frozenset([scheme.ready.__module__, *homes]), scheme.follows())
    return f"{code} (sympy {version('sympy')}, {settings}{proof}{more})"


def judging_code(version: str) -> str:
    """What of a ``judge_version`` is the digest of the judge's code."""
    return version.partition(" ")[0]


def judging_limits(version: str) -> ScoringLimits | None:
    """The limits that a ``judge_version`` names; None where it names none."""
    found = _LIMITS.search(version)
    if found is None:
        return None
    seconds, memory, tolerance = float(found[1]), int(found[2]), float(found[3])
    prove, cdm = found[4] is not None, found[5] is not None
    return ScoringLimits(seconds, memory, tolerance, prove, cdm)


_LIMITS = re.compile(r", ([\d.e+-]+) s, (\d+) MB, tolerance ([\d.e+-]+)(, proof)?(, cdm)?")


@cache
def _code_of(homes: frozenset[str], data: str) -> str:
    """The digest of the code that scores and its data; a module that has no file says nothing."""
    found = [source_digest([home, "bench.scoring.worker"]) for home in sorted(homes)]
    return hashlib.sha256("\n".join([*found, data]).encode()).hexdigest()[:12]


def score(item: Item, *, forms: FormCache | None = None) -> Scorecard:
    """The scorecard of ``item``, made here and now by all steps.

    No limit is enforced on SymPy, which may take minutes and gigabytes:
    ``bench.scoring.pool.score_many`` is for what others wrote. Raises what the problem's own
    truth or data raise.
    """
    limits = ScoringLimits(seconds=float("inf"))
    forms = FormCache.of_user() if forms is None else forms
    try:
        work = Work.on(item, forms, limits)
    except NoAnswer as error:
        return item.failed(limits, str(error))
    card, steps = item.blank(limits), work.steps
    while steps:
        steps[0].prepare()
        card, steps = work.advance(card, steps)
    return card


@dataclass(frozen=True)
class Work:
    """An item under way: its subject, its steps and the metrics that are asked for."""

    subject: Subject
    metrics: tuple[Metric, ...]
    steps: tuple[ScoringStep, ...]

    @classmethod
    def on(cls, item: Item, forms: FormCache, limits: ScoringLimits) -> Work:
        """The work on ``item``; raises NoAnswer, and what its problem raises.

        Steps are those of the kind, then one for each metric that is in none of them, then the
        metrics that are read off the scorecard.
        """
        metrics = item.metrics()
        subject = item.scheme.ready(item, forms, limits)
        names = dict.fromkeys(one.step for one in metrics)
        for step in subject.steps:
            names.pop(step.name, None)
        names.pop(AFTERWARDS, None)
        others = (ScoringStep(name) for name in (*names, AFTERWARDS))
        return cls(subject, metrics, (*subject.steps, *others))

    def advance(
        self, card: Scorecard, steps: tuple[ScoringStep, ...]
    ) -> tuple[Scorecard, tuple[ScoringStep, ...]]:
        """Take the first of ``steps``: the card with what it found, and the steps that remain.

        A step that raises is cut short, as one that hits a limit is; MemoryError is the caller's.
        """
        step, left = steps[0], steps[1:]
        start = time.perf_counter()
        try:
            card = step.take(card)
        except MemoryError:
            raise
        except Exception as error:
            return self.cut_short(card, steps, _in_words(error))
        for metric in _of_steps(self.metrics, steps, left):
            card = measured(card, metric, card if step.name == AFTERWARDS else self.subject)
        elapsed = round(time.perf_counter() - start, 6)
        return card.but(seconds={**card.seconds, step.key: elapsed}), left

    def cut_short(
        self, card: Scorecard, steps: tuple[ScoringStep, ...], why: str
    ) -> tuple[Scorecard, tuple[ScoringStep, ...]]:
        """``card`` where the first of ``steps`` did not finish, and those still worth doing."""
        step = steps[0]
        card, why = step.cut(card, why)
        card = card.but(limits_hit=(*card.limits_hit, f"{step.key}: {why}"))
        left = tuple(
            one for one in steps[1:] if one.part != step.part or one.name not in step.spoils
        )
        return without(card, _of_steps(self.metrics, steps, left)), left


def measured(card: Scorecard, metric: Metric, asked: object) -> Scorecard:
    """``card`` with the value of ``metric``; without it, and the reason, where that raises."""
    try:
        value = metric.value(asked)
        number = None if value is None else float(value)
    except MemoryError:
        raise
    except Exception as error:
        hit = f"{metric.name}: {_in_words(error)}"
        return without(card, [metric]).but(limits_hit=(*card.limits_hit, hit))
    return card.but(values={**card.values, metric.name: number})


def without(card: Scorecard, metrics: Iterable[Metric]) -> Scorecard:
    """``card`` where ``metrics`` could not be had: they are the worst, or lost."""
    values, lost = dict(card.values), list(card.lost)
    for metric in metrics:
        if metric.everywhere or metric.worst is None:
            values[metric.name] = metric.worst
        else:
            lost.append(metric.name)
    return card.but(values=values, lost=tuple(lost))


def _of_steps(
    metrics: Iterable[Metric], steps: tuple[ScoringStep, ...], left: tuple[ScoringStep, ...]
) -> list[Metric]:
    """The metrics of the steps of which there is none ``left``."""
    over = {step.name for step in steps} - {step.name for step in left}
    return [metric for metric in metrics if metric.step in over]


def _in_words(error: Exception) -> str:
    return f"error ({type(error).__name__}: {error})"
