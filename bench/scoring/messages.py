"""What the scoring pool and its worker processes say to each other."""

from __future__ import annotations

from dataclasses import dataclass

from bench.scoring.scorecard import Scorecard
from bench.scoring.steps import Item


@dataclass(frozen=True, slots=True)
class ScoringJob:
    """To a worker: do ``steps`` of ``item``, by their keys; from scratch where ``card`` is None.

    ``cut`` says why the first of them did not finish: it is not to be tried again.
    """

    item: Item
    card: Scorecard | None = None
    steps: tuple[str, ...] = ()
    cut: str = ""


@dataclass(frozen=True, slots=True)
class StepDone:
    """From a worker: its job has come this far. No steps remaining: it is done."""

    card: Scorecard
    remaining: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Died:
    """From a worker: the step under way was ended by a limit or crashed. Ready for a job."""

    why: str


@dataclass(frozen=True, slots=True)
class Unscorable:
    """From a worker: the problem, not the prediction, is at fault."""

    why: str


@dataclass(frozen=True, slots=True)
class Ready:
    """From a worker: everything is imported."""
