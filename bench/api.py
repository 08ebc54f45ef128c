"""The front door: load, judge, score, run and read results, from Python.

The command line does the same through the same functions. Everything here raises ValueError or
LookupError, in one sentence, for what cannot be had as asked for.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from bench.kinds.kind import AnyProblem, Disclosure
    from bench.leaderboard.results import Results
    from bench.method import Answer, Budget
    from bench.models.endpoint import Endpoint
    from bench.problems.dataset import Dataset
    from bench.problems.problem import Problem
    from bench.scoring.equivalence.verdict import Verdict
    from bench.scoring.scorecard import Scorecard

MethodLike: TypeAlias = Any
"""A name, a path, a class with ``discover``, or an object of one."""
DatasetLike: TypeAlias = "str | Path | Dataset | Problem"


def load(name_or_path: str | Path, **options: Any) -> Dataset:
    """The dataset called ``name_or_path``, or the one in the file or folder there.

    ``limit``, ``only`` and ``exclude`` choose problems; other options are those of the kind of
    source (``target`` of a table, ``seed`` and ``size`` of fresh problems). Raises LookupError
    with the nearest name where there is none.

    >>> import bench
    >>> problem = bench.load("nguyen")["Nguyen-1"]
    >>> problem.truth
    'x0**3 + x0**2 + x0'
    >>> problem.data().train.X.shape
    (20, 1)
    """
    from bench.problems.load import load_dataset

    return load_dataset(name_or_path, **options)


def judge(prediction: str, truth: str | Problem) -> Mapping[str, Verdict]:
    """The verdict of each rule: is ``prediction`` the law?

    ``truth`` is the law as text, or a problem, which knows its law and where its variables lie.
    Each verdict has ``answer`` (``yes``, ``no``, ``undecided``), ``reason`` and ``witness``.
    Raises ValueError where one of them is no expression.

    >>> import bench
    >>> verdicts = bench.judge("0.5*x*(2.0*x + 2)", "x + x**2")
    >>> verdicts["exact"].answer
    'yes'
    """
    from bench.scoring import judge_pairs, pair

    if isinstance(truth, str):
        one = pair(prediction, truth)
    elif truth.truth is None:
        raise ValueError(f"problem '{truth.id}' has no known law to judge by")
    else:
        one = pair(prediction, truth.truth, truth)
    card = next(judge_pairs([one]))
    if one.fault or card.failure:
        raise ValueError(one.fault or card.failure)
    return card.comparison.verdicts


def score(answer: Answer, problem: AnyProblem, *, data_seed: int = 0) -> Scorecard:
    """The scorecard of ``answer`` to ``problem``: every metric, and the judge's verdicts.

    ``answer`` is an expression or, where the problem asks for several, a mapping of their names
    to them. The card is made in a process of its own, each step under its limits; an answer that
    cannot be read has the worst card, whose ``failure`` says why.

    >>> import bench
    >>> card = bench.score("x0**3 + x0*(x0 + 1.0)", bench.load("nguyen")["Nguyen-1"])
    >>> card.answer_by("exact"), card.values["ned"]
    ('yes', 0.0)
    """
    from bench.kinds import item_of
    from bench.scoring import score_many

    return next(score_many([item_of(answer, problem, data_seed)]))


def run(
    methods: MethodLike | Sequence[MethodLike] | Mapping[str, MethodLike],
    datasets: DatasetLike | Sequence[DatasetLike],
    *,
    budget: float | Budget = 60.0,
    seeds: Iterable[int] = (0,),
    noise: Iterable[float] = (0.0,),
    disclosure: Disclosure = "blind",
    model: Endpoint | Mapping[str, Any] | None = None,
    folder: str | Path | None = None,
    workers: int | None = None,
    retry: Collection[str] = (),
    rerun_stale: bool = False,
    progress: bool = True,
) -> Results:
    """Run every method on every problem, judge what comes back, and give the results.

    ``methods`` are names, paths, classes or objects; a mapping gives them labels. ``datasets``
    are names, paths, datasets or problems. ``budget`` is CPU seconds of a run, all its processes
    together, with wall time to spare (``Budget.of_cpu``); or a Budget: ``Budget(seconds=60)`` is
    wall time alone. ``model`` is the language model of methods that ask one: an ``Endpoint``, or
    its fields. Results go to ``folder``, where the same call goes on after an interruption, or to
    a temporary folder that goes with the object returned. ``workers`` runs at a time, by default
    one for each processor. Runs whose status is in ``retry`` are done again, and with
    ``rerun_stale`` those whose records other code of their method made; else these are told.

    A class of the script, notebook or standard input itself is carried to workers by value: no
    ``__main__`` guard is needed.
    """
    from bench.asked import experiment_of
    from bench.leaderboard.results import Results, TemporaryFolder

    keeper = None if folder is not None else TemporaryFolder()
    place = keeper.path if keeper else Path(str(folder))
    experiment = experiment_of(
        methods, datasets, place, budget=budget, seeds=seeds, noise=noise, disclosure=disclosure,
        model=model,
    )  # fmt: skip
    _carry_out(experiment, workers, {"retry": retry, "rerun_stale": rerun_stale}, progress)
    return Results(place, experiment.problems, keeper)


def read_results(folder: str | Path) -> Results:
    """The results in ``folder``, made by ``run`` or by the command line.

    Raises ValueError where it holds none.
    """
    from bench.leaderboard.results import Results
    from bench.running.results.store import Store

    if not Store(folder).plan_path.exists():
        raise ValueError(f"'{folder}' holds no results: it has no plan.jsonl")
    return Results(Path(folder))


def _carry_out(experiment: Any, workers: int | None, again: dict[str, Any], progress: bool) -> None:
    from contextlib import ExitStack

    from bench.experiment import carry_out, judge_all
    from bench.running.executors.local import LocalExecutor
    from bench.running.limits import processors
    from bench.running.progress.bar import ProgressBar
    from bench.running.progress.display import Display

    with ExitStack() as stack:
        on_event = stack.enter_context(Display()) if progress else _warn
        carry_out(experiment, LocalExecutor(workers), **again, on_event=on_event)
    with ExitStack() as stack:
        bar = stack.enter_context(ProgressBar("judged")) if progress else lambda done, total: None
        judge_all(experiment, workers or processors(), on_progress=bar)


def _warn(event: Any) -> None:
    for label, reason in getattr(event, "missing", {}).items():
        warnings.warn(f"method '{label}' cannot run: {reason}", stacklevel=4)
    if stale := getattr(event, "stale", 0):
        text = f"{stale} of the records were made by other code of their method; rerun_stale=True"
        warnings.warn(f"{text} makes them again", stacklevel=4)
