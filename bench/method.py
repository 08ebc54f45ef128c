"""The contract between the harness and a discovery method.

A method is a dataclass (its fields are its settings) with one function, ``discover(task)``.
Nothing else is asked of it: no base class, no registration in code. Six attributes are read
where a method has them:

* ``kinds: ClassVar[tuple[str, ...]]``: the kinds of task it takes, ``("table",)`` where nothing is
  said. Each kind has a task of its own: ``bench.Task`` is that of ``table``.
* ``requires: ClassVar[tuple[str, ...]]``: modules the method needs (``("pyoperon",)``). They are
  checked before anything runs, their versions are recorded, and workers import them before the
  clock starts.
* ``asks_model: ClassVar[bool]``: True where it asks a language model, as ``task.model``.
* ``warm_up(budget) -> None``: what has to happen once in a process before the first run, such as
  compiling. Workers call it before the clock starts, and before they are handed any data.
  ``budget`` is that of the run to come. The record says how long it took.
* ``missing() -> str | None`` (a classmethod): one line that says what else is not there and how
  to get it, None where nothing is missing.
* ``nearest(task, library, count) -> list[Candidate]``: what ``rediscover nearest`` asks: the
  ``count`` formulas of ``library``, a list of expressions or None for its own, that it holds
  nearest to the data; the nearest first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, TypeAlias, runtime_checkable

Predict: TypeAlias = Callable[[Any], Any]
"""A predictor: from inputs, an array of shape (n, d), to values, one of shape (n,)."""

Answer: TypeAlias = str | Mapping[str, str]
"""An expression as text or, where several are asked for, the text of each by name."""


def as_answer(found: object) -> Answer:
    """``found`` as an answer: anything whose ``str`` parses, or a mapping of names to such."""
    if type(found) is str:  # a folder of 100,000 records has a million of them
        return found
    if isinstance(found, Mapping):
        return {str(name): str(expression) for name, expression in found.items()}
    return str(found)


def answer_text(answer: Answer) -> str:
    """``answer`` for people, on one line; of several expressions ``name = expression, ...``."""
    if isinstance(answer, str):
        return answer
    return ", ".join(f"{name} = {expression}" for name, expression in answer.items())


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may use.

    ``seconds`` is wall-clock time from the moment the data are in the method's hands;
    ``cpu_seconds`` (None: no limit) is CPU time from then on, of all processes and threads of the
    run together: 60 with four threads at work is 15 s by the clock. Whichever ends first ends
    the run. ``evaluations`` (None: no limit) is for methods that can count theirs; ``threads`` is
    what BLAS, OpenMP and the like are held to; ``memory_mb`` is the resident size of the run's
    whole process group at which it is ended. ``calls``, ``tokens`` and ``money`` (dollars) bound
    what is asked of a language model; waiting for it is not charged to ``seconds``.
    """

    seconds: float = 60.0
    evaluations: int | None = None
    threads: int = 1
    memory_mb: int = 4096
    cpu_seconds: float | None = None
    calls: int | None = None
    tokens: int | None = None
    money: float | None = None

    @classmethod
    def of_cpu(cls, cpu_seconds: float, **more: Any) -> Self:
        """A budget of CPU seconds, with wall time for a machine that is busy with other things."""
        return cls(**{"seconds": wall_limit(cpu_seconds), **more}, cpu_seconds=cpu_seconds)

    @property
    def likely_seconds(self) -> float:
        """Wall seconds of a run that spends all of it on a machine of its own."""
        if self.cpu_seconds is None:
            return self.seconds
        return min(self.seconds, self.cpu_seconds / self.threads)


def wall_limit(cpu_seconds: float) -> float:
    """The wall seconds of a budget that is given in CPU seconds: generous on purpose.

    A machine that gives a run a fifth of a processor stretches a second to five. What sleeps
    or hangs is ended here.
    """
    return 4.0 * cpu_seconds + 30.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer a method proposes, in the task's variable names and in raw units.

    ``expression`` is one expression or, where the task asks for several (one for each state of a
    system), a mapping of their names to them. Each may be given as anything whose ``str`` parses
    (text, an ``Expression``, a SymPy expression); it is kept as text. ``complexity`` and ``loss``
    are the method's own figures, if it has any; the harness measures its own.
    """

    expression: Answer
    complexity: float | None = None
    loss: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "expression", as_answer(self.expression))

    @property
    def text(self) -> str:
        """The answer for people, on one line: see ``answer_text``."""
        return answer_text(self.expression)


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a method returns: the candidate it stands by, and its Pareto front (may be empty).

    ``predict`` is the predictor, where the method keeps one: from rows of raw inputs, shape
    (n, d), to values, shape (n,). The worker asks it for values at the test inputs once the answer
    is fixed. With an empty expression the answer is those values alone: a black box, which gets
    numeric scores only. ``predicted`` is filled in by the harness: those values by split, packed.
    ``counts`` is what the method counted of its own work, by name, at most 50: the record keeps it.
    """

    best: Candidate
    front: tuple[Candidate, ...] = ()
    predict: Predict | None = field(default=None, compare=False, repr=False)
    predicted: Mapping[str, str] = field(default_factory=dict, repr=False)
    counts: Mapping[str, int] = field(default_factory=dict, compare=False)

    @classmethod
    def of(
        cls,
        expression: object,
        front: Iterable[Candidate] = (),
        predict: Predict | None = None,
    ) -> Discovery:
        """The discovery that stands by ``expression``: one, or a mapping of names to several."""
        return cls(Candidate(as_answer(expression)), tuple(front), predict)


@runtime_checkable
class Method(Protocol):
    """What tries to discover: typed settings as dataclass fields, and one function."""

    def discover(self, task: Any) -> Discovery:
        """Find the law behind ``task``, which is of one of the method's ``kinds``."""
        ...
