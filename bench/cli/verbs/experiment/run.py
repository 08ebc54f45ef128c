"""``rediscover run``: plan, run, judge, and show the leaderboard."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from bench.basics.words import counted
from bench.cli import UserError
from bench.cli.compose import with_configuration
from bench.cli.experiment import read_experiment
from bench.experiment import Experiment
from bench.method import Answer, answer_text
from bench.running import Store


def main(arguments: argparse.Namespace, overrides: list[str]) -> int:
    again = {"retry": _statuses(arguments.retry), "rerun_stale": arguments.rerun_stale}

    if arguments.origin is not None:
        from bench.cli.verbs.experiment.again import run_from

        return run_from(arguments.origin, overrides, again, scoring=not arguments.no_score)

    def job(config: Any, folder: Path) -> int:
        experiment = read_experiment(config, folder)
        if arguments.debug:
            say_notes(experiment)
            return _debug(experiment)
        return run_experiment(experiment, again, scoring=not arguments.no_score)

    return with_configuration(overrides, job)


def say_notes(experiment: Experiment) -> None:
    """Say what of the command may not be what was meant."""
    for note in experiment.notes:
        print(note)


def _statuses(text: str) -> tuple[str, ...]:
    from bench.running.results.record import STATUSES

    chosen = tuple(part.strip() for part in text.split(",") if part.strip())
    for status in chosen:
        if status not in STATUSES or status == "ok":
            raise UserError(
                f"--retry: there is no failure '{status}'; choose from {', '.join(STATUSES[1:])}"
            )
    return chosen


def run_experiment(experiment: Experiment, again: dict[str, Any], *, scoring: bool) -> int:
    """Plan, run, judge and show the table; the exit code."""
    from bench.cli.executor import make_executor
    from bench.cli.judged import Judge, write_leaderboard
    from bench.experiment import carry_out
    from bench.running.progress.display import Display
    from bench.running.results.alongside import JudgeAlongside

    store = experiment.store
    _check_seal(experiment)
    executor = make_executor(experiment.config["executor"])
    with Display(said=[*experiment.notes, *_unread(store)]) as display:
        if scoring:
            with JudgeAlongside(store, experiment.problems, experiment.scoring, display) as judge:
                carry_out(experiment, executor, **again, on_event=judge)
        else:
            carry_out(experiment, executor, **again, on_event=display)
    if scoring:
        Judge(store, experiment.problems, experiment.scoring).judge_all()
    write_leaderboard(store)
    return _exit_code(experiment, store)


def _unread(store: Store) -> list[str]:
    """What of an earlier command's results cannot be read."""
    from bench.running.results.contents.holdings import Holdings
    from bench.running.results.contents.said import said_of

    holdings = Holdings.of(store)
    return said_of(holdings, holdings.scores())


def _check_seal(experiment: Experiment) -> None:
    """Refuse at once what would be refused in every run."""
    from bench.running.machine import seal_of_this_machine

    if experiment.limits.require_seal and (seal := seal_of_this_machine()).level != "full":
        raise UserError(
            f"require_seal=true, and here the seal is {seal.level}: {', '.join(seal.missing)}; "
            "leave it out to run all the same: records and leaderboard say what was not sealed"
        )


def _exit_code(experiment: Experiment, store: Store) -> int:
    """0 where every planned run has its record; else 1, and a line that says whose have none."""
    from bench.running.results.contents.made import made_so_far

    made = made_so_far(store, experiment.runs)
    without = [run for run, one in zip(experiment.runs, made, strict=True) if one.is_to_be_done]
    if not without:
        return 0
    labels = ", ".join(sorted({run.method.label for run in without}))
    have = "has" if len(experiment.runs) == 1 else "have"
    planned = counted(len(experiment.runs), "planned run")
    print(f"{len(without)} of {planned} {have} no record: {labels}")
    return 1


def _debug(experiment: Experiment) -> int:
    from bench.running.debug import debug
    from bench.running.perform import Job

    run = experiment.runs[0]
    if len(experiment.runs) > 1:
        print(f"--debug runs one of the {len(experiment.runs)} runs: {run.id}")
    problem = experiment.problems[run.dataset, run.problem]

    def report(answer: Answer, loss: float | None) -> None:
        print(f"report: {answer_text(answer)}" + ("" if loss is None else f"  (loss {loss:.6g})"))

    discovery = debug(Job(run, problem, experiment.endpoint), report)
    print(f"best: {discovery.best.text}")
    return 0
