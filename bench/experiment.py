"""Experiment: what one command, or one call of ``bench.run``, asks for; and carrying it out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.method import Budget
from bench.models.endpoint import Endpoint
from bench.problems.dataset import Dataset
from bench.problems.problem import Problem
from bench.running import Limits, MethodSpec, Run, Store, execute
from bench.running.events import Event
from bench.running.executors import Executor
from bench.running.results.content import canonical_json
from bench.running.results.contents.made import failed_or_unjudged
from bench.running.results.judging import judge_records, judges_of
from bench.running.seal.environment import worker_environment
from bench.scoring.steps import ScoringLimits


@dataclass(frozen=True)
class Experiment:
    """What is asked for, all of it resolved: every run, and what is needed to do it.

    ``config`` is the same as plain data, kept beside the results. ``datasets`` holds problems by
    the dataset that owns them; ``notes`` are lines that a user is to read before anything runs.
    """

    folder: Path
    config: Mapping[str, Any]
    methods: tuple[MethodSpec, ...]
    datasets: Mapping[str, Dataset]
    runs: tuple[Run, ...]
    notes: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    scoring: ScoringLimits = field(default_factory=ScoringLimits)
    endpoint: Endpoint | None = None

    @property
    def problems(self) -> dict[tuple[str, str], Problem]:
        """The problems by dataset and name."""
        return {
            (problem.dataset, problem.name): problem
            for dataset in self.datasets.values()
            for problem in dataset.problems
        }

    @property
    def store(self) -> Store:
        """Where its results lie."""
        return Store(self.folder)


def with_model(
    methods: Sequence[MethodSpec], endpoint: Endpoint | None, budget: Budget
) -> tuple[MethodSpec, ...]:
    """The methods as they are with the language model of ``endpoint``: another model makes another
    method of one that asks it.

    Raises ValueError where one asks and there is none, where the key would reach a worker, and
    for a budget of money without a price.
    """
    asking = [one for one in methods if one.asks_model]
    if asking and endpoint is None:
        raise ValueError(
            f"method '{asking[0].label}' asks a language model; give its endpoint: "
            "model.url=http://127.0.0.1:8080/v1 model.name=NAME"
        )
    if endpoint is None:
        return tuple(methods)
    _check_key(methods, endpoint)
    if asking and budget.money is not None and endpoint.prices is None:
        raise ValueError(
            f"budget.money is set, and the price of '{endpoint.name}' is not known; give "
            "model.price={prompt: 0.5, completion: 1.5} in dollars for a million tokens"
        )
    digest = hashlib.sha256(canonical_json(dict(endpoint.identity)).encode()).hexdigest()[:12]
    return tuple(
        replace(one, model=f"{endpoint.name} {digest}") if one.asks_model else one
        for one in methods
    )


def _check_key(methods: Sequence[MethodSpec], endpoint: Endpoint) -> None:
    """Raise ValueError where the key is not there, or a worker would be given it."""
    if not endpoint.key or endpoint.mode == "replay":
        return
    for one in methods:
        if endpoint.key in worker_environment({endpoint.key: ""}, 1, one.environment):
            raise ValueError(
                f"method '{one.label}': its workers are given the variable that model.key names; "
                "leave it out of worker.environment, or give the variable another name"
            )
    endpoint.secret()


def carry_out(
    experiment: Experiment,
    executor: Executor,
    *,
    retry: Collection[str] = (),
    rerun_stale: bool = False,
    on_event: Callable[[Event], None] = lambda event: None,
) -> None:
    """Keep what is asked for beside the results, and do every run that has no record yet.

    See ``bench.running.execute``. Raises StoreError where the folder cannot be written.
    """
    keep_config(experiment)
    execute(
        experiment.runs, experiment.datasets, experiment.store, executor,
        limits=experiment.limits, retry=retry, rerun_stale=rerun_stale, on_event=on_event,
        endpoint=experiment.endpoint,
    )  # fmt: skip


def judge_all(
    experiment: Experiment,
    workers: int,
    *,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Score what has no current scorecard; returns how many. Raises ScoringError, StoreError."""
    judges = judges_of(experiment.problems, experiment.scoring)
    records = failed_or_unjudged(experiment.store, judges.values())
    return judge_records(
        experiment.store, records, experiment.problems,
        limits=experiment.scoring, workers=workers, on_progress=on_progress,
    )  # fmt: skip


def keep_config(experiment: Experiment) -> None:
    """Write the configuration; datasets of earlier commands are kept, and told as ``earlier``.

    So is what it has cost to choose the settings of methods that were run before.
    """
    import yaml

    store = experiment.store
    config = dict(experiment.config)
    before = store.config()
    kept = before.get("datasets", {})
    if tuned := {**(before.get("tuned") or {}), **(config.get("tuned") or {})}:
        config["tuned"] = tuned
    if earlier := [label for label in kept if label not in config["datasets"]]:
        config["earlier"] = earlier
    config["datasets"] = {**kept, **config["datasets"]}
    store.write_text(store.config_path, yaml.safe_dump(config, sort_keys=False))
