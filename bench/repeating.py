"""Repeat: the planned runs of a results folder as runs of this machine, to be done again.

Of a folder that somebody else has made, an archive, little is taken: which methods that are
installed here, their settings, budgets, seeds and problems. No path, no program, no interpreter,
no endpoint and no wall of a worker that it names counts.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args

from bench.basics.settings import checked_settings, texts_of
from bench.experiment import with_model
from bench.kinds.kind import Disclosure
from bench.leaderboard.groups import find_problems, is_harmless
from bench.method import Budget
from bench.models.endpoint import Endpoint
from bench.plugins import MethodEntry, default_settings, find_methods, method_spec
from bench.problems.dataset import Dataset
from bench.problems.problem import Problem
from bench.running import MethodSpec, Run, Store
from bench.running.load import colon_target
from bench.running.neighbours import code_files
from bench.running.results.contents.holdings import Holdings
from bench.running.results.plan import PlannedRun, posed_to
from bench.running.results.record import Record, RecordError
from bench.running.results.run import Setup
from bench.running.results.store import read_record

_ASKED = (
    "method", "dataset", "datasets", "budget", "seeds", "noise", "disclosure", "earlier",
    "tuned",
)  # fmt: skip
"""What of a configuration says what was run, and not where."""


@dataclass(frozen=True)
class Repeat:
    """``runs`` that can be done again here, by slot; ``refused`` says why others cannot be."""

    runs: Mapping[str, Run]
    datasets: Mapping[str, Dataset]
    refused: tuple[str, ...]

    @property
    def methods(self) -> tuple[MethodSpec, ...]:
        """The methods of the runs, each once."""
        return tuple({run.method.label: run.method for run in self.runs.values()}.values())


def repeat_of(
    store: Store,
    planned: Iterable[PlannedRun],
    *,
    trusted: bool,
    endpoint: Endpoint | None = None,
) -> Repeat:
    """The ``planned`` runs of ``store`` as they would be done here.

    ``endpoint`` is the language model of methods that ask one. Unless the folder is ``trusted``,
    only what is installed here is run, and no text of a setting but those that ship.
    """
    maker = _Maker(store, trusted, endpoint)
    wanted = list(planned)
    problems = find_problems({one.dataset for one in wanted}, [store.folder], trusted=trusted)
    runs: dict[str, Run] = {}
    refused: dict[str, None] = {}
    for one in wanted:
        try:
            problem = _problem(one, problems)
            run = maker.run(one, problem.kind)
        except ValueError as error:
            refused[str(error)] = None
        else:
            runs[one.slot] = run
            maker.problems.setdefault(one.dataset, {})[one.problem] = problem
    return Repeat(runs, _datasets(maker.problems), tuple(refused))


def asked_for(store: Store, *, trusted: bool) -> dict[str, Any]:
    """What the configuration of ``store`` says was run; of datasets only those that may be read."""
    config = {key: one for key, one in store.config().items() if key in _ASKED}
    datasets = config.get("datasets")
    if not trusted and isinstance(datasets, Mapping):
        config["datasets"] = {
            label: one for label, one in datasets.items() if is_harmless(label, one)
        }
    return {"datasets": {}, **config}


def _problem(planned: PlannedRun, problems: Mapping[tuple[str, str], Problem]) -> Problem:
    problem = problems.get((planned.dataset, planned.problem))
    if problem is None:
        raise ValueError(f"{planned.dataset}/{planned.problem} is not found here")
    if problem.version != planned.version:
        raise ValueError(
            f"dataset {planned.dataset} was of version {planned.version[:12]}, and is of "
            f"{problem.version[:12]} here"
        )
    return problem


def _datasets(problems: Mapping[str, Mapping[str, Problem]]) -> dict[str, Dataset]:
    return {
        name: Dataset(name, next(iter(one.values())).version, tuple(one.values()))
        for name, one in problems.items()
    }


@dataclass
class _Maker:
    """Makes runs of lines of a plan; each method is made once."""

    store: Store
    trusted: bool
    endpoint: Endpoint | None
    problems: dict[str, dict[str, Problem]] = field(default_factory=dict)
    _specs: dict[tuple[str, str, str], MethodSpec | str] = field(default_factory=dict)

    @cached_property
    def setups(self) -> Mapping[str, Setup]:
        """The setups of the plan, by digest."""
        return self.store.plan().setups

    @cached_property
    def entries(self) -> Mapping[str, MethodEntry]:
        """The methods that are installed here, by their classes."""
        return {colon_target(one.target): one for one in find_methods().values()}

    def run(self, planned: PlannedRun, kind: str) -> Run:
        """The run of a line of the plan, of a problem of ``kind``.

        Raises ValueError, in words, where it cannot be made.
        """
        key = (planned.method, planned.setup, kind)
        if key not in self._specs:
            try:
                self._specs[key] = self._spec(planned, kind)
            except ValueError as error:
                self._specs[key] = str(error)
        spec = self._specs[key]
        if isinstance(spec, str):
            raise ValueError(spec)
        setup = self.setups[planned.setup]
        if setup.disclosure not in get_args(Disclosure):
            raise ValueError(f"method '{planned.method}' was told '{setup.disclosure!r:.40}'")
        run = Run(
            spec, planned.dataset, planned.version, planned.problem, planned.seed, planned.noise,
            _budget(setup), planned.data_seed, setup.disclosure,  # type: ignore[arg-type]
        )  # fmt: skip
        if run.identity[:16] != planned.identity:
            raise ValueError(f"method '{planned.method}' has other settings here than were run")
        return run

    def _spec(self, planned: PlannedRun, kind: str) -> MethodSpec:
        label, setup = planned.method, self.setups.get(planned.setup)
        if setup is None:
            raise ValueError(f"the settings of method '{label}' are lost from the plan")
        entry = self.entries.get(setup.target)
        files = code_files(setup.target, setup.settings)
        if entry is None and not files:
            raise ValueError(
                f"method '{label}' is {setup.target}, which is not installed here; "
                "pip install its package"
            )
        settings = {name: one for name, one in setup.settings.items() if name != "model"}
        if entry is not None and not self.trusted and not files:
            _checktexts_of(label, settings, entry)
        worker = {} if entry is None else entry.config.get("worker") or {}
        made = method_spec(label, {"_target_": setup.target, **settings, "worker": worker})
        spec = posed_to(made, kind)
        if files and not self.trusted and spec.source != planned.source:
            raise ValueError(
                f"method '{label}' is the file {files[0]}, which is not here as it was run; "
                "bring it to that place"
            )
        (spec,) = with_model([spec], self.endpoint, _budget(setup))
        return spec


def _budget(setup: Setup) -> Budget:
    """The budget of a setup; SettingsError, a ValueError, for what is none."""
    return Budget(**checked_settings(Budget, setup.budget).values)


def _checktexts_of(label: str, settings: Mapping[str, Any], entry: MethodEntry) -> None:
    """Refuse texts in settings that do not ship: they may name a program, or a path to be read."""
    known = default_settings(entry)
    for name, value in settings.items():
        if value != known.get(name) and any(texts_of(value)):
            raise ValueError(
                f"method '{label}': its setting '{name}' is a text of the archive's own, which may "
                "name a program or a path; merge the archive into a folder, look at its "
                "config.yaml, and repeat that folder"
            )


def records_of(store: Store) -> dict[str, Record]:
    """The records that count in ``store``, by the slots of the plan."""
    holdings = Holdings.of(store)
    found = {}
    for run, row in zip(holdings.runs, holdings.chosen.tolist(), strict=True):
        if row >= 0:
            with contextlib.suppress(RecordError, FileNotFoundError):
                found[run.slot] = read_record(holdings.path(row))
    return found


def other_answer(before: Record, after: Record) -> str:
    """In what two records of one run differ; empty where they gave the same answer."""
    if before.status != after.status:
        return f"it was {before.status}, and done again it is {after.status}"
    was, now = (
        "nothing" if one.discovery is None else one.discovery.best.text for one in (before, after)
    )
    return "" if was == now else f"it answered '{_cut(was)}', and done again '{_cut(now)}'"


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
