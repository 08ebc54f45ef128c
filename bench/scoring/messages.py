"""What the scoring pool and its worker processes say to each other."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bench.scoring.ned.form_cache import FormCache
from bench.scoring.scorecard import Scorecard
from bench.scoring.steps import Item, ScoringLimits


@dataclass(frozen=True, slots=True)
class Session:
    """To a worker: fork, and do the jobs that follow as this program would, in its place.

    ``nice`` is how far the fork stands back behind others that want the processor, 0 to 19.
    """

    limits: ScoringLimits
    forms: FormCache
    folder: str
    environment: dict[str, str]
    nice: int = 0

    @classmethod
    def here(cls, limits: ScoringLimits, forms: FormCache, nice: int = 0) -> Session:
        """In the current folder and the environment of this process."""
        try:
            folder = str(Path.cwd())
        except OSError:  # it was removed
            folder = os.sep
        return cls(limits, FormCache(forms.folder), folder, dict(os.environ), nice)


@dataclass(frozen=True, slots=True)
class SessionOver:
    """To a worker: end the fork, and wait for another session."""


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
