"""``rediscover run --from``: the runs of a results folder or an archive, done again here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.basics.words import counted
from bench.cli import UserError
from bench.cli.compose import with_configuration
from bench.cli.experiment import read_endpoint, typed
from bench.cli.unpacked import Named, results_at
from bench.cli.verbs.experiment.run import run_experiment
from bench.experiment import Experiment
from bench.leaderboard.verification.sampled import may_be
from bench.repeating import asked_for, other_answer, records_of, repeat_of
from bench.running import Limits
from bench.running.results.lock import environment_here, read_lock
from bench.running.results.plain import number
from bench.running.results.store import Store
from bench.running.sandbox.answer import printable
from bench.scoring.steps import ScoringLimits

_OWN = ("executor", "model", "experiment", "require_seal")
"""What a command says of a repetition: where and how it runs, never what."""
_SHOWN = 10
_LONGEST_GRACE = 60.0


def run_from(origin: str, overrides: list[str], again: Mapping[str, Any], *, scoring: bool) -> int:
    """Do again the runs at ``origin``; returns the exit code, as ``rediscover run``."""
    _refuse_settings(overrides)
    if not any(text.startswith("experiment=") for text in overrides):
        overrides = [*overrides, f"experiment='{Path(origin).absolute().stem}-again'"]
    with results_at([origin]) as (named,):

        def job(config: Any, folder: Path) -> int:
            if folder.absolute() == named.store.folder.absolute():
                raise UserError("a folder is not repeated into itself; give experiment=NAME")
            experiment = _experiment(origin, named, config, folder)
            code = run_experiment(experiment, dict(again), scoring=scoring)
            _say_answers(origin, named.store, experiment.store)
            return code

        return with_configuration(overrides, job)


def _refuse_settings(overrides: Sequence[str]) -> None:
    for text in overrides:
        key = text.lstrip("+").partition("=")[0].partition(".")[0]
        if key not in _OWN:
            raise UserError(
                f"--from runs what was run, and '{text}' is not of it; {', '.join(_OWN)} may be set"
            )


def _experiment(origin: str, named: Named, config: Any, folder: Path) -> Experiment:
    from omegaconf import OmegaConf

    store = named.store
    plain: Any = OmegaConf.to_container(config, resolve=True)
    endpoint = read_endpoint(plain["model"])
    planned = store.plan().runs.values()
    trusted = not named.is_archive
    repeat = repeat_of(store, planned, trusted=trusted, endpoint=endpoint)
    if repeat.refused:
        more = f", and {len(repeat.refused) - 1} more" if len(repeat.refused) > 1 else ""
        raise UserError(f"'{origin}' cannot be repeated here: {repeat.refused[0]}{more}")
    kept = {key: plain[key] for key in ("executor", "model", "require_seal")}
    scoring = _scoring(store, trusted)
    asked = {
        "dataset": {}, **asked_for(store, trusted=trusted), **kept, "scoring": asdict(scoring)
    }  # fmt: skip
    limits = Limits(grace=_grace(asked), require_seal=bool(plain["require_seal"]))
    return Experiment(
        folder, asked, repeat.methods, repeat.datasets, tuple(repeat.runs.values()),
        tuple(_environment(origin, store)), limits, scoring, endpoint,
    )  # fmt: skip


def _scoring(store: Store, trusted: bool) -> ScoringLimits:
    """The limits under which the runs were judged; of somebody else's, within reason."""
    given = store.config().get("scoring")
    where = f"{store.config_path.name}: scoring"
    limits: ScoringLimits = typed(ScoringLimits, given if isinstance(given, dict) else {}, where)
    if trusted or may_be(limits):
        return limits
    raise UserError(f"{where} asks for {limits.seconds:g} s and {limits.memory_mb} MB a step")


def _grace(asked: Mapping[str, Any]) -> float:
    """What the configuration gives a run beyond its budget, within reason."""
    budget = asked.get("budget")
    found = number(budget.get("grace")) if isinstance(budget, Mapping) else None
    return Limits().grace if found is None else min(max(found, 0.0), _LONGEST_GRACE)


def _environment(origin: str, store: Store) -> list[str]:
    """In what this environment is not that of the runs, line by line."""
    kept = read_lock(store)
    if not kept:
        return [f"{origin} does not say in which environment it was run"]
    if environment_here() in kept:
        return []
    found = kept[0].differences(environment_here(), "there")
    lines = [f"this environment differs from that of {origin} in {counted(len(found), 'thing')}:"]
    lines += [f"  {text}" for text in found[:_SHOWN]]
    more = len(found) - _SHOWN
    return [*lines, f"  and {more} more"] if more > 0 else lines


def _say_answers(origin: str, before: Store, after: Store) -> None:
    """Which runs have given the answer that they gave before."""
    old, new = records_of(before), records_of(after)
    both = [(old[slot], new[slot]) for slot in old if slot in new]
    others = [(one.run.id, text) for one, now in both if (text := other_answer(one, now))]
    same = len(both) - len(others)
    print(f"{same} of {counted(len(both), 'run')} gave the answer that {origin} has")
    for run, text in others[:_SHOWN]:
        print(f"  {printable(run)}: {printable(text)}")
    if len(others) > _SHOWN:
        print(f"  and {len(others) - _SHOWN} more")
