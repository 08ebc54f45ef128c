"""The plan: every run an experiment asks for, known before the first one starts.

A line of ``plan.jsonl`` is a run, or the setup that runs refer to by its digest.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints
from unicodedata import normalize

from bench.basics.files import naming
from bench.kinds.code import posed_as, with_kind
from bench.kinds.find import reduced_to
from bench.kinds.kind import AnyProblem, Disclosure
from bench.method import Budget
from bench.problems.dataset import Dataset
from bench.running.results.content import read_file
from bench.running.results.run import (
    MethodSpec,
    Run,
    Setup,
    key_name,
    label_fault,
    run_id,
    slot_name,
)

SCHEMA = 1
_UNKNOWN = Setup("", {}, {}, "")


class PlannedRun(NamedTuple):
    """A line of the plan: which run, of which setup, and what code was to make it.

    ``posed`` says how the problem comes to the method; empty where that was elsewhere.
    """

    method: str
    dataset: str
    version: str
    problem: str
    seed: int
    noise: float
    data_seed: int
    setup: str
    identity: str
    source: str
    posed: str = ""

    @property
    def id(self) -> str:
        """What a person calls the run, as ``Run.id``."""
        return run_id(self.method, self.dataset, self.problem, self.seed, self.noise)

    @property
    def slot(self) -> str:
        """The run's place in an experiment, as ``Run.slot``."""
        return slot_name(self.id, self.identity)

    @property
    def key(self) -> str:
        """The place of what the planned code makes, as ``Run.key``."""
        return key_name(self.slot, self.source)

    @classmethod
    def of(cls, run: Run) -> PlannedRun:
        """The line for ``run``."""
        return cls(
            run.method.label, run.dataset, run.version, run.problem, run.seed, float(run.noise),
            run.data_seed, run.setup_digest, run.identity[:16], run.method.source,
            run.method.posed,
        )  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """All that was ever planned in a folder: runs by slot, setups by digest.

    Of several lines for one slot the latest holds. ``unread`` are lines that cannot be read, by
    number, and why; ``newer`` are those that a newer version of Rediscover wrote, as they are.
    """

    runs: Mapping[str, PlannedRun] = field(default_factory=dict)
    setups: Mapping[str, Setup] = field(default_factory=dict)
    unread: Mapping[int, str] = field(default_factory=dict)
    newer: tuple[str, ...] = ()

    def setup_of(self, planned: PlannedRun) -> Setup:
        """The setup of a run; one without anything known where its line is lost."""
        return self.setups.get(planned.setup, _UNKNOWN)


def matrix(
    methods: Sequence[MethodSpec],
    datasets: Mapping[str, Dataset],
    *,
    seeds: Iterable[int] = (0,),
    noise: Iterable[float] = (0.0,),
    budget: Budget | None = None,
    data_seed: int = 0,
    disclosure: Disclosure = "blind",
) -> list[Run]:
    """Every run of methods x problems x noise x seeds, each once.

    Methods vary fastest: a benchmark that is stopped half-way has tried all methods on the same
    problems. Raises ValueError for labels that cannot be, or are of two methods, and where a
    method cannot take a problem's kind.
    """
    budget = budget or Budget()
    _check_labels([method.label for method in methods], datasets)
    for method, dataset in itertools.product(methods, datasets.values()):
        _check_kinds(method, dataset)
    levels, numbers = dict.fromkeys(map(float, noise)), dict.fromkeys(seeds)
    kinds = {problem.kind for dataset in datasets.values() for problem in dataset.problems}
    posed = {(one.label, kind): posed_to(one, kind) for one in methods for kind in kinds}
    return [
        Run(posed[method.label, problem.kind], dataset.name, dataset.version, problem.name, seed,
            level, budget, data_seed, disclosure)
        for dataset in datasets.values()
        for problem, level, seed, method in itertools.product(
            dataset.problems, levels, numbers, methods
        )
    ]  # fmt: skip


def posed_to(method: MethodSpec, kind: str) -> MethodSpec:
    """``method`` as it is run on problems of ``kind``: with what a worker executes of the kind."""
    posed = posed_as(kind, method.kinds)
    return replace(method, posed=posed, source=with_kind(method.source, posed))


def can_take(method: MethodSpec, problem: AnyProblem) -> bool:
    """Whether ``method`` can be set to ``problem``: it takes the kind, or one it reduces to."""
    return problem.kind in method.kinds or reduced_to(problem.kind) in method.kinds


def _check_labels(labels: Sequence[str], datasets: Mapping[str, Dataset]) -> None:
    """Labels stand in paths, of file systems too that take ``A`` and ``a`` for one."""
    first: dict[str, str] = {}
    for label in labels:
        if fault := label_fault(label):
            raise ValueError(f"the label {label!r:.120} is none: {fault}; give another")
        key = normalize("NFKC", label).casefold()
        if key in first:
            both = " and ".join(f"'{one}'" for one in dict.fromkeys([first[key], label]))
            raise ValueError(f"two methods are labelled {both}; give one another label")
        first[key] = label
    for dataset in datasets.values():
        if "/" in dataset.name:
            fault = label_fault(dataset.name)
            raise ValueError(f"the name {dataset.name!r:.120} is none: {fault}; give another")


def _check_kinds(method: MethodSpec, dataset: Dataset) -> None:
    for problem in dataset.problems:
        if not can_take(method, problem):
            raise ValueError(
                f"method '{method.label}' takes problems of the kind {' or '.join(method.kinds)}, "
                f"and {dataset.name}/{problem.name} is of the kind {problem.kind}; leave one of "
                "them out"
            )


def read_plan(path: Path) -> Plan:
    """The plan at ``path``, as far as it can be read. No file is an empty plan."""
    runs: dict[str, PlannedRun] = {}
    setups: dict[str, Setup] = {}
    unread: dict[int, str] = {}
    newer: list[str] = []
    try:
        content = read_file(str(path))
    except FileNotFoundError:
        return Plan()
    lines = [(k, line) for k, line in enumerate(content.splitlines(), start=1) if line.strip()]
    for (number, _), value in zip(lines, _values([line for _, line in lines]), strict=True):
        try:
            if _is_newer(value):
                newer.append(line_of(value))
            elif "target" in value:
                setups[_typed(value, "setup", str)] = _setup(value)
            else:
                planned = _planned(value)
                runs[planned.slot] = planned
        except _Unreadable as error:
            unread[number] = str(error)
    return Plan(runs, setups, unread, tuple(newer))


def append_plan(path: Path, runs: Iterable[PlannedRun], setups: Mapping[str, Setup]) -> None:
    """Append to ``path`` the lines it does not hold yet, in one synced write."""
    known = read_plan(path)
    lines = [
        line_of({"setup": digest, **asdict(setup)})
        for digest, setup in setups.items()
        if digest not in known.setups
    ]
    for planned in runs:
        other = known.runs.get(planned.slot)
        if other is None or other.source != planned.source:
            lines.append(line_of(planned._asdict()))
    if not lines:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with naming(path), path.open("ab") as file:
        if file.tell() and not _ends_with_newline(path):
            file.write(b"\n")  # the last line was cut off
        file.write("".join(lines).encode())
        file.flush()
        os.fsync(file.fileno())


def setups_of(runs: Iterable[Run]) -> dict[str, Setup]:
    """The setups of ``runs`` by digest."""
    first: dict[str, Run] = {}
    for run in runs:
        first.setdefault(run.setup_digest, run)
    return {digest: run.setup for digest, run in first.items()}


class _Unreadable(ValueError):
    """A line of a plan that says no run and no setup."""


def _values(lines: list[bytes]) -> Iterable[Any]:
    """What each line holds; all in one go where that can be, at a third of the time."""
    try:
        values: list[Any] = json.loads(b"[" + b",".join(lines) + b"]")
    except (ValueError, RecursionError):
        values = []
    return values if len(values) == len(lines) else map(_value, lines)


def _value(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _is_newer(value: Any) -> bool:
    if not isinstance(value, dict):
        raise _Unreadable("it is cut off or damaged")
    schema = value.get("schema", SCHEMA)
    return isinstance(schema, int) and schema > SCHEMA


def _planned(value: Mapping[str, Any]) -> PlannedRun:
    try:
        planned = PlannedRun(
            value["method"], value["dataset"], value["version"], value["problem"], value["seed"],
            value["noise"], value["data_seed"], value["setup"], value["identity"], value["source"],
            value.get("posed", ""),
        )  # fmt: skip
    except KeyError as error:
        raise _Unreadable(f"it lacks the field {error}") from None
    if tuple(map(type, planned)) != _TYPES:
        for name, kind in _KINDS.items():
            _typed(value, name, kind)
        planned = planned._replace(noise=float(planned.noise))
    return planned


_KINDS: dict[str, type] = get_type_hints(PlannedRun)
_TYPES = tuple(_KINDS.values())


def _setup(value: Mapping[str, Any]) -> Setup:
    settings, budget = _typed(value, "settings", dict), _typed(value, "budget", dict)
    target, disclosure = _typed(value, "target", str), _typed(value, "disclosure", str)
    return Setup(target, settings, budget, disclosure)


def _typed(value: Mapping[str, Any], name: str, kind: type) -> Any:
    found = value.get(name)
    if found is None:
        raise _Unreadable(f"it lacks the field '{name}'")
    if isinstance(found, bool) or not isinstance(found, (int, kind) if kind is float else kind):
        raise _Unreadable(f"its field '{name}' is {found!r:.40}")
    return found


def line_of(value: Mapping[str, Any]) -> str:
    """A line of the file."""
    return json.dumps(value, allow_nan=False) + "\n"


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
