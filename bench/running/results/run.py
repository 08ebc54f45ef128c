"""Run: one (method, problem, seed, noise) under a budget, and what makes it the same run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args

from bench.kinds.kind import Conditions, Disclosure, noise_text
from bench.method import Budget

Start = Literal["fork", "fresh", "keep"]

_WORKER_KEYS = ("python", "start", "read", "write", "environment", "processes")


def canonical_json(value: object) -> str:
    """The one JSON text of ``value``: keys sorted, no spaces, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True)
class MethodSpec:
    """A method with its settings resolved: all that a worker needs to build it.

    ``target`` is ``package.module:Class`` or ``/absolute/file.py:Class``; ``settings`` is plain
    JSON, passed to the class by keyword. ``version``, ``requires``, ``kinds`` and ``asks_model``
    are the class's own (see ``bench.method``). ``worker`` says where it runs: ``python`` (an
    interpreter, None for this one) and ``start``: ``fork`` from a server that has imported what it
    can, a ``fresh`` interpreter for every run (so is ``fork`` in another interpreter), or ``keep``
    one worker for many runs; and what its walls let through: ``read`` and ``write`` (paths; what is
    written is seen by other runs), ``environment`` (names of variables), ``processes`` (its
    programs look at ``/proc``).
    ``carried`` is the file of a class that cannot be imported (``bench.basics.byvalue``).
    """

    label: str
    target: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""
    requires: tuple[str, ...] = ()
    worker: Mapping[str, Any] = field(default_factory=dict)
    kinds: tuple[str, ...] = field(default=("table",), compare=False)
    carried: str = field(default="", compare=False)
    asks_model: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        if ":" not in self.target:
            raise ValueError(
                f"method '{self.label}': target '{self.target}' has no class; "
                "write package.module:Class or /path/to/file.py:Class"
            )
        unknown = sorted(set(self.worker) - set(_WORKER_KEYS))
        if unknown:
            raise ValueError(
                f"method '{self.label}': worker has no key '{unknown[0]}'; "
                f"it has {', '.join(_WORKER_KEYS)}"
            )
        for key in ("read", "write", "environment"):
            given = self.worker.get(key) or ()
            if isinstance(given, str) or not all(isinstance(one, str) for one in given):
                raise ValueError(
                    f"method '{self.label}': worker.{key} is {given!r}; write a list: [a, b]"
                )
        if self.start not in get_args(Start):
            raise ValueError(
                f"method '{self.label}': worker.start is '{self.start}'; "
                f"choose one of {', '.join(get_args(Start))}"
            )

    @property
    def place(self) -> str:
        """Where a worker finds the class: ``target``, or the file it is carried in."""
        return f"{self.carried}:{self.target.rpartition(':')[2]}" if self.carried else self.target

    @property
    def python(self) -> str | None:
        """The interpreter the worker runs in; None for this one."""
        return self.worker.get("python")

    @property
    def start(self) -> Start:
        """How a worker comes to be."""
        start: Start = self.worker.get("start") or "fork"
        return start

    @property
    def read(self) -> tuple[str, ...]:
        """The paths that its walls open beside what every worker reads."""
        return tuple(self.worker.get("read") or ())

    @property
    def write(self) -> tuple[str, ...]:
        """The paths that its walls let it write, outside the folder of the run."""
        return tuple(self.worker.get("write") or ())

    @property
    def environment(self) -> tuple[str, ...]:
        """The variables that its workers are given beside those every worker has."""
        return tuple(self.worker.get("environment") or ())

    @cached_property
    def canonical(self) -> str:
        """What of the method decides its results, as canonical JSON."""
        return canonical_json(
            {"target": self.target, "settings": dict(self.settings), "version": self.version}
        )


@dataclass(frozen=True)
class Run:
    """One (method, problem, seed, noise) under a budget; the unit of work and of resuming.

    ``seed`` is the method's and the noise's; ``data_seed`` is the problem's. ``noise`` is a level
    in the units of the problem's kind (of a table: the standard deviation of Gaussian noise on
    the training target over its root mean square).
    """

    method: MethodSpec
    dataset: str
    version: str
    problem: str
    seed: int = 0
    noise: float = 0.0
    budget: Budget = field(default_factory=Budget)
    data_seed: int = 0
    disclosure: Disclosure = "blind"

    @cached_property
    def id(self) -> str:
        """``method/dataset/problem/seed<k>_noise<level>``: the run's place in an experiment."""
        return run_id(self.method.label, self.dataset, self.problem, self.seed, self.noise)

    @property
    def conditions(self) -> Conditions:
        """What of the run decides what its method is shown."""
        return Conditions(self.seed, self.noise, self.data_seed, self.disclosure)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all that may change the result.

        That is the method's class, settings and version, the problem and its data (by dataset,
        version, problem and data seed), the seed, the noise, the budget and what the method was
        told. The label, the interpreter and how a worker starts are not part of it.
        """
        budget = asdict(self.budget)
        for name in ("seconds", "cpu_seconds"):
            budget[name] = None if budget[name] is None else float(budget[name])
        rest = canonical_json(
            [
                *(self.dataset, self.version, self.problem, self.data_seed, self.seed),
                *(float(self.noise), budget, self.disclosure),
            ]
        )
        return hashlib.sha256(f"{self.method.canonical}\n{rest}".encode()).hexdigest()


def run_id(method: str, dataset: str, problem: str, seed: int, noise: float) -> str:
    """The identity of a run inside an experiment."""
    return f"{method}/{dataset}/{problem}/seed{seed}_noise{noise_text(noise)}"
