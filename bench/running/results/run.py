"""Run: one (method, problem, seed, noise) under a budget, and what makes it the same run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Literal, get_args

from bench.kinds.kind import Conditions, Disclosure, noise_text
from bench.method import Budget
from bench.running.results.content import as_json_has_it, canonical_json

Start = Literal["fork", "fresh", "keep"]

_WORKER_KEYS = ("python", "start", "read", "write", "environment", "processes")


@dataclass(frozen=True)
class MethodSpec:
    """A method with its settings resolved: all that a worker needs to build it.

    ``target`` is ``package.module:Class`` or ``/absolute/file.py:Class``; ``settings`` is plain
    JSON, passed to the class by keyword. ``source`` is the digest of its code (see
    ``bench.basics.source``), empty where that is not known; in a run, also that of the kind, and
    ``posed`` says how its problem came to the method (``bench.kinds.code``). ``requires``,
    ``kinds`` and
    ``asks_model`` are the class's own (see ``bench.method``). ``worker`` says where it runs:
    ``python`` (an interpreter, None for this one) and ``start``: ``fork`` from a server that has
    imported what it can, a ``fresh`` interpreter for every run (so is ``fork`` in another
    interpreter), or ``keep`` one worker for many runs; and what its walls let through: ``read``
    and ``write`` (paths; what is
    written is seen by other runs), ``environment`` (names of variables), ``processes`` (its
    programs look at ``/proc``).
    ``model`` is the language model that it asks, where it asks one. ``carried`` is the file of a
    class that cannot be imported (``bench.basics.byvalue``).
    """

    label: str
    target: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    requires: tuple[str, ...] = ()
    worker: Mapping[str, Any] = field(default_factory=dict)
    model: str = ""
    kinds: tuple[str, ...] = field(default=("table",), compare=False)
    carried: str = field(default="", compare=False)
    asks_model: bool = field(default=False, compare=False)
    posed: str = field(default="", compare=False)

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

    @property
    def asked(self) -> dict[str, Any]:
        """The settings, the language model among them where there is one."""
        model = {"model": self.model} if self.model else {}
        return {**self.settings, **model}

    @cached_property
    def canonical(self) -> str:
        """What a user decides of the method and its results follow from, as canonical JSON."""
        settings = as_json_has_it(self.asked)
        return canonical_json({"target": self.target, "settings": settings})


@dataclass(frozen=True)
class Setup:
    """What one line of a table is about: a class with its settings, a budget, a disclosure.

    ``budget`` is that of ``bench.method`` as plain data, without what is not limited.
    """

    target: str
    settings: Mapping[str, Any]
    budget: Mapping[str, Any]
    disclosure: str

    @property
    def digest(self) -> str:
        """What tells one setup from another: ``Run.setup_digest``."""
        method = canonical_json({"target": self.target, "settings": dict(self.settings)})
        return _setup_digest(method, canonical_json(dict(self.budget)), self.disclosure)

    @property
    def seconds(self) -> float:
        """The wall seconds of a run; nan where they are not known."""
        return self._limit("seconds")

    @property
    def cpu_seconds(self) -> float | None:
        """The CPU seconds of a run, where they are limited."""
        limit = self._limit("cpu_seconds")
        return limit if limit == limit else None

    @property
    def likely_seconds(self) -> float:
        """See ``Budget.likely_seconds``; 0 where nothing is known."""
        limits = [self.seconds, self._limit("cpu_seconds") / (self._limit("threads") or 1.0)]
        return min((limit for limit in limits if limit == limit), default=0.0)

    def _limit(self, name: str) -> float:
        limit = self.budget.get(name)
        return float(limit) if isinstance(limit, int | float) else float("nan")


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
        """``method/dataset/problem/seed<k>_noise<level>``: what a person calls the run."""
        return run_id(self.method.label, self.dataset, self.problem, self.seed, self.noise)

    @property
    def slot(self) -> str:
        """The run's place in an experiment, whatever code made it: ``id`` and ``identity``."""
        return slot_name(self.id, self.identity)

    @property
    def key(self) -> str:
        """The run's own place: its slot, and the code that is to make it."""
        return key_name(self.slot, self.method.source)

    @property
    def conditions(self) -> Conditions:
        """What of the run decides what its method is shown."""
        return Conditions(self.seed, self.noise, self.data_seed, self.disclosure)

    @property
    def setup(self) -> Setup:
        """What the run has in common with those of other problems and seeds."""
        method = self.method
        budget = _plain_budget(self.budget)
        return Setup(method.target, method.asked, budget, self.disclosure)

    @property
    def setup_digest(self) -> str:
        """What tells one setup from another."""
        return _setup_digest(self.method.canonical, _budget_text(self.budget), self.disclosure)

    @cached_property
    def identity(self) -> str:
        """SHA-256 over all that is asked for and may change the result.

        That is the method's class and settings, the budget, what the method is told, the problem
        and its data (by dataset, version, problem and data seed), the seed and the noise. The
        label, the interpreter and how a worker starts are not part of it.
        """
        where = (self.dataset, self.version, self.problem, self.data_seed, self.seed)
        return identity_of(self.setup_digest, *where, self.noise)

    @property
    def digest(self) -> str:
        """SHA-256 over the identity and the digest of the method's code."""
        return hashlib.sha256(f"{self.identity}\n{self.method.source}".encode()).hexdigest()


LONGEST_LABEL = 100


def label_fault(text: str) -> str:
    """Why ``text`` cannot name a method or a dataset: it stands in paths, tables and commands.

    Empty where it can.
    """
    if not text or text != text.strip():
        return "it is empty, or begins or ends with a blank"
    if "/" in text:
        return "it holds a '/', which stands between method, dataset and problem of a run"
    if not text.isprintable():
        return "it holds signs that cannot be shown"
    if len(text) > LONGEST_LABEL:
        return f"it has {len(text)} signs; the most is {LONGEST_LABEL}"
    return ""


def run_id(method: str, dataset: str, problem: str, seed: int, noise: float) -> str:
    """What a person calls a run."""
    return f"{method}/{dataset}/{problem}/seed{seed}_noise{noise_text(noise)}"


def identity_of(
    setup: str, dataset: str, version: str, problem: str, data_seed: int, seed: int, noise: float
) -> str:
    """``Run.identity`` of a setup, by its digest, and where it is put to work."""
    text = canonical_json([setup, dataset, version, problem, data_seed, seed, float(noise)])
    return hashlib.sha256(text.encode()).hexdigest()


def slot_name(run_id: str, identity: str) -> str:
    """The place of a run in an experiment, whatever code made it."""
    return f"{run_id}_{identity[:16]}"


def is_stale(made_by: str, code: str) -> bool:
    """Whether what was ``made_by`` one state of the code is of another than ``code``.

    Of code that is not known nothing is said.
    """
    return bool(made_by and code and made_by != code)


def key_name(slot: str, source: str) -> str:
    """The place of what certain code makes of a slot; one place for code that is not known."""
    return f"{slot}-{source[:8]}" if source else slot


def _setup_digest(method: str, budget: str, disclosure: str) -> str:
    text = f"{method}\n{budget}\n{disclosure}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@lru_cache
def _plain_budget(budget: Budget) -> Mapping[str, Any]:
    values = {name: value for name, value in asdict(budget).items() if value is not None}
    return {name: float(one) if "seconds" in name else one for name, one in values.items()}


@lru_cache
def _budget_text(budget: Budget) -> str:
    return canonical_json(_plain_budget(budget))
