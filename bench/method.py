"""The contract between the harness and a discovery method.

A method is a dataclass (its fields are its settings) with one function, ``discover(task)``.
Nothing else is asked of it: no base class, no registration in code. Three class attributes are
read where a method has them:

* ``version: ClassVar[str]``: change it when the same settings give other results; it is part of
  what makes a run the same run.
* ``requires: ClassVar[tuple[str, ...]]``: modules the method needs (``("pyoperon",)``). They are
  checked before anything runs, their versions are recorded, and workers import them before the
  clock starts.
* ``missing() -> str | None`` (a classmethod): one line that says what else is not there and how
  to get it, None where nothing is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from bench.problems.variable import Variable


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may use.

    ``seconds`` is wall-clock time from the moment the data are in the method's hands;
    ``evaluations`` (None: no limit) is for methods that can count theirs; ``threads`` is what
    BLAS, OpenMP and the like are held to; ``memory_mb`` is the resident size of the run's whole
    process group at which it is ended.
    """

    seconds: float = 60.0
    evaluations: int | None = None
    threads: int = 1
    memory_mb: int = 4096


@dataclass(frozen=True, slots=True)
class Candidate:
    """One expression a method proposes, in the task's variable names and in raw units.

    ``complexity`` and ``loss`` are the method's own figures, if it has any; the harness measures
    its own. ``expression`` may be given as anything whose ``str`` parses (text, an
    ``Expression``, a SymPy expression); it is kept as text.
    """

    expression: str
    complexity: float | None = None
    loss: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "expression", str(self.expression))


@dataclass(frozen=True, slots=True)
class Discovery:
    """A method's answer: the candidate it stands by, and its Pareto front (may be empty)."""

    best: Candidate
    front: tuple[Candidate, ...] = ()

    @classmethod
    def of(cls, expression: object, front: Iterable[Candidate] = ()) -> Discovery:
        """The discovery that stands by ``expression``."""
        return cls(Candidate(str(expression)), tuple(front))


def _ignore(expression: str, loss: float | None) -> None:
    return None


@dataclass(frozen=True)
class Task:
    """All that a method may see of a problem.

    ``X`` has shape (n, d), ``y`` shape (n,), both float64 and read-only; column j of ``X`` is
    ``variables[j]``. ``seed`` must fix the method's result. The clock of ``budget`` is running
    when ``discover`` is called.
    """

    X: NDArray[np.float64]
    y: NDArray[np.float64]
    variables: tuple[Variable, ...]
    seed: int = 0
    budget: Budget = Budget()
    target: Variable = Variable("y")
    description: str = ""
    on_report: Callable[[str, float | None], None] = field(default=_ignore, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The variables' names, in the order of the columns of ``X``."""
        return tuple(variable.name for variable in self.variables)

    def report(self, expression: object, loss: float | None = None) -> None:
        """Tell the harness the best expression so far.

        The last report is the method's answer if its budget ends before it returns, and the
        times of the reports draw its curve of quality over time.
        """
        self.on_report(str(expression), loss)


@runtime_checkable
class Method(Protocol):
    """What tries to discover: typed settings as dataclass fields, and one function."""

    def discover(self, task: Task) -> Discovery:
        """Find an expression for ``task.y`` in the variables of ``task``."""
        ...
