"""The protocol of a dataset of systems: what of a catalogue's starts is shown, and how."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast, get_args

from bench.problems.dataset import Dataset
from bench.problems.systems.data import Estimate, NoiseKind
from bench.problems.systems.problem import Observing, SystemProblem, SystemSource
from bench.problems.systems.solved import SolvedTrajectories

SEEING = ("noise_kind", "dropped", "derivatives", "estimate")
"""How trajectories are seen."""
OPTIONS = ("points", "starts", *SEEING)

_STARTS = ("first", "second", "both")
_LEAST_POINTS = 3


class ProtocolError(ValueError):
    """An option that is none; the message says what it may be."""


def with_protocol(
    dataset: Dataset,
    *,
    points: int | None = None,
    starts: str = "first",
    noise_kind: str = "multiplicative",
    dropped: float = 0.0,
    derivatives: bool = False,
    estimate: str = "smoothed",
) -> Dataset:
    """``dataset`` seen otherwise; what differs from its own protocol is part of its version.

    ``points`` along a trajectory; ``starts``, which of them are shown: the ``first``, the
    ``second``, or ``both`` (nothing is held back then); ``noise_kind``, ``dropped``,
    ``derivatives`` and ``estimate`` as in ``Observing``. Raises ProtocolError.
    """
    _check(points, starts, dropped)
    among("noise_kind", noise_kind, get_args(NoiseKind))
    among("estimate", estimate, get_args(Estimate))
    words = [
        f"points{points}" if points is not None else "",
        starts if starts != "first" else "",
        noise_kind if noise_kind != "multiplicative" else "",
        f"dropped{dropped:g}" if dropped else "",
        "derivatives" if derivatives else "",
        estimate if estimate != "smoothed" else "",
    ]
    version = "-".join([dataset.version, *filter(None, words)])
    observing = Observing(
        cast(NoiseKind, noise_kind), float(dropped), derivatives, cast(Estimate, estimate)
    )
    problems = [
        replace(problem, version=version, observing=observing, source=_source(one, points, starts))
        for one in dataset.problems
        for problem in [cast(SystemProblem, one)]
    ]
    return replace(dataset, version=version, problems=cast(Any, tuple(problems)))


def _source(problem: Any, points: int | None, starts: str) -> SystemSource:
    source: SystemSource = problem.source
    if not isinstance(source, SolvedTrajectories):  # it has points and starts of its own
        return source
    shown = {"first": (0,), "second": (1,), "both": tuple(range(len(source.starts)))}[starts]
    return replace(source, points=source.points if points is None else points, shown=shown)


def _check(points: Any, starts: Any, dropped: Any) -> None:
    whole = isinstance(points, int) and not isinstance(points, bool)
    if points is not None and (not whole or points < _LEAST_POINTS):
        raise ProtocolError(f"points is {points!r}; it must be a whole number, 3 or more")
    among("starts", starts, _STARTS)
    number = isinstance(dropped, int | float) and not isinstance(dropped, bool)
    if not number or not 0 <= dropped < 1:
        raise ProtocolError(f"dropped is {dropped!r}; it is a share of points, from 0 to below 1")


def among(option: str, value: Any, words: tuple[str, ...]) -> None:
    """Raise ProtocolError where ``value`` is none of ``words``."""
    if value not in words:
        raise ProtocolError(f"{option} is {value!r}; choose {', '.join(words)}")
