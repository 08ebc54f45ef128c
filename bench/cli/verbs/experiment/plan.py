"""``rediscover plan``: what a run would do."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.basics.paths import as_named
from bench.basics.words import counted
from bench.cli.compose import with_configuration
from bench.cli.experiment import read_experiment
from bench.cli.verbs.experiment.run import say_notes
from bench.experiment import Experiment
from bench.running import Run


def main(arguments: argparse.Namespace, overrides: list[str]) -> int:
    show = _as_json if arguments.json else _as_text

    def job(config: Any, folder: Path) -> int:
        show(read_experiment(config, folder))
        return 0

    return with_configuration(overrides, job)


def _as_json(experiment: Experiment) -> None:
    from bench.running.results.plan import PlannedRun

    lines = [
        PlannedRun.of(run)._asdict() | {"budget": dict(run.setup.budget)} for run in experiment.runs
    ]
    print(json.dumps(lines, indent=1))


def _as_text(experiment: Experiment) -> None:
    from bench.running import Store, missing_engine
    from bench.running.progress.counts import duration
    from bench.running.results.contents.made import made_so_far

    folder = as_named(experiment.folder)
    print(f"{counted(len(experiment.runs), 'run')} would be planned in {folder}")
    say_notes(experiment)
    store = Store(experiment.folder)
    found = list(zip(experiment.runs, made_so_far(store, experiment.runs), strict=True))
    finished = Counter(run.method.label for run, one in found if one.status)
    planned = Counter(run.method.label for run in experiment.runs)
    for method in experiment.methods:
        label = method.label
        reason = missing_engine(method, experiment.folder)
        text = f"{label}: {counted(planned[label], 'run')}, {finished[label]} done"
        print(text if reason is None else f"{text}; cannot run: {reason}")
    left = [run for run, one in found if one.is_to_be_done]
    seconds = sum(run.budget.likely_seconds for run in left)
    print(f"{len(left)} to do: about {duration(seconds)} of budget, one after the other")
    for line in _costs(experiment, left):
        print(line)


def _costs(experiment: Experiment, left: Sequence[Run]) -> Iterator[str]:
    """What the runs that are left may ask of the language model, method by method."""
    from bench.models.costs.estimate import estimated_costs

    endpoint = experiment.endpoint
    if endpoint is None:
        return
    for method in experiment.methods:
        budgets = [run.budget for run in left if run.method.label == method.label]
        if method.asks_model and budgets:
            found = estimated_costs(budgets, method.settings, endpoint.prices)
            yield f"{method.label} asks {endpoint.name}: {found.words}"
