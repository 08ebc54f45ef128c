"""Tuning: settings of a method chosen on held-out training rows, and what that has cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bench.experiment import Experiment
from bench.kinds import kind_named, kind_of
from bench.kinds.kind import held_out_name
from bench.problems.dataset import Dataset
from bench.problems.problem import Problem
from bench.running import Run, Store
from bench.running.results.judging import read_score
from bench.running.results.record import Record, RecordError
from bench.running.results.store import read_record


@dataclass(frozen=True)
class Tried:
    """One choice of settings: ``given`` is what was asked for, by key.

    ``score`` is the mean over problems of the mean over seeds of R² of what is held out, from 0
    to 1: what is below 0, and a run that failed, count as 0. ``nodes`` is the mean size of the
    answers. Seconds are those of all its runs together.
    """

    given: Mapping[str, Any]
    score: float
    nodes: float
    runs: int
    failed: int
    cpu_seconds: float
    wall_seconds: float


def tuning_experiment(asked: Sequence[Experiment], noise: float) -> Experiment:
    """One experiment of all that is ``asked``, each for one choice of settings, on held-out rows.

    Raises ValueError where of a problem nothing can be held out.
    """
    first = asked[0]
    datasets = {}
    for dataset in first.datasets.values():
        problems = tuple(_held_out(problem, noise) for problem in dataset.problems)
        one = problems[0]
        datasets[one.dataset] = Dataset(one.dataset, one.version, problems)
    runs = [_on_held_out(run, noise) for one in asked for run in one.runs]
    config = {**first.config, "datasets": {}, "noise": [0.0], "tuned_at_noise": noise}
    return replace(
        first, config=config, methods=first.methods, datasets=datasets,
        runs=tuple({run.identity: run for run in runs}.values()),
    )  # fmt: skip


def _held_out(problem: Problem, noise: float) -> Problem:
    way = getattr(kind_of(problem), "held_out", None)
    if way is None:
        raise ValueError(
            f"{problem.dataset}/{problem.name} is of the kind {problem.kind}, of whose data none "
            "can be held out to choose settings by"
        )
    made: Problem = way(problem, noise)
    return made


def _on_held_out(run: Run, noise: float) -> Run:
    dataset, version = held_out_name(run.dataset, run.version, noise)
    return replace(run, dataset=dataset, version=version, noise=0.0)


def tried(store: Store, choices: Sequence[tuple[Mapping[str, Any], Sequence[Run]]]) -> list[Tried]:
    """What came of each choice, by its runs on held-out rows; the best first.

    Of two with one score the one with smaller answers is better, then the one named first.
    """
    found = [_tried(store, given, runs) for given, runs in choices]
    return sorted(found, key=lambda one: (-round(one.score, 12), one.nodes))


def runs_on_held_out(asked: Experiment, noise: float) -> list[Run]:
    """The runs of one choice of settings."""
    return [_on_held_out(run, noise) for run in asked.runs]


def _tried(store: Store, given: Mapping[str, Any], runs: Sequence[Run]) -> Tried:
    scores: dict[tuple[str, str], list[float]] = {}
    sizes: list[float] = []
    records = []
    for run, record in _records(store, runs):
        kind, values = ("", {}) if record is None else _values(store, record)
        worth = _clipped(values.get(_measure(kind))) if kind else 0.0
        scores.setdefault((run.dataset, run.problem), []).append(worth)
        if (size := values.get("complexity")) is not None:
            sizes.append(size)
        if record is not None:
            records.append(record)
    means = [sum(one) / len(one) for one in scores.values()]
    return Tried(
        given,
        sum(means) / len(means),
        sum(sizes) / len(sizes) if sizes else float("inf"),
        len(runs),
        len(runs) - sum(record.status == "ok" for record in records),
        sum(record.resources.cpu_seconds for record in records),
        sum(record.resources.wall_seconds for record in records),
    )


def _records(store: Store, runs: Sequence[Run]) -> Iterator[tuple[Run, Record | None]]:
    for run in runs:
        try:
            yield run, read_record(store.record_path(run.key))
        except (RecordError, FileNotFoundError):
            yield run, None


def _values(store: Store, record: Record) -> tuple[str, Mapping[str, float | None]]:
    """The kind of problem that a record is judged as, and the values; empty where it is not."""
    kept = read_score(store, record.run.key)
    if kept is None or kept.run_digest != record.digest:
        return "", {}
    return kept.card.kind, kept.card.values


def _measure(kind: str) -> str:
    measure: str = kind_named(kind).held_out_measure  # type: ignore[attr-defined]  # held out by it
    return measure


def _clipped(value: float | None) -> float:
    return 0.0 if value is None or not value > 0 else min(1.0, value)
