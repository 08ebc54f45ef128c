"""Problem: one thing to discover, and the data by which it is to be discovered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Protocol

from bench.problems.cache import cached
from bench.problems.data import Data
from bench.problems.sources.observed import observed_sampling
from bench.problems.variable import Variable


@dataclass(frozen=True)
class Domain:
    """Where a problem lives: what the judge may draw points from.

    ``variables`` carry ranges, signs and integrality; ``constraints`` are conditions every row
    satisfies, such as ``1 - x1**2/8.98755178736818e16 > 0``, in the grammar of
    ``bench.problems.sources.constraints``.
    """

    variables: tuple[Variable, ...]
    constraints: tuple[str, ...] = ()


class Source(Protocol):
    """How the data of a problem come to be.

    A source whose data are expensive has ``depends_on: ClassVar[tuple[str, ...]]``, the installed
    libraries on whose version its data depend (often none), and a ``repr`` that says all there is
    to say about it: its data are kept in the cache. A source whose data lie in files has
    ``check(problem)``, which looks through them and raises ValueError or OSError, naming the file.
    """

    def data(self, problem: Problem, seed: int) -> Data:
        """All splits of ``problem`` for data seed ``seed``: the same bits at every call."""
        ...


_Y = Variable("y")


@dataclass(frozen=True)
class Target:
    """What is to be discovered: a column, and the true expression where it is known."""

    variable: Variable = _Y
    truth: str | None = None


@dataclass(frozen=True)
class Problem:
    """One thing to discover.

    ``truth`` is written in the names of ``variables``. ``targets`` has one entry but for systems
    of equations; a run discovers one of them, ``of_target``. ``time`` names the input that is time,
    if one is. ``flaws`` are known defects of the published problem, each a word to select by (those
    that ship are listed in ``datasets/README.md``) and a sentence. ``functions`` is the function
    set that the problem's authors allow, where they state one.
    """

    kind: ClassVar[str] = "table"

    dataset: str
    version: str
    name: str
    variables: tuple[Variable, ...]
    targets: tuple[Target, ...]
    source: Source = field(repr=False, compare=False)
    constraints: tuple[str, ...] = ()
    formula: str = ""
    meaning: str = ""
    tier: str = ""
    time: str | None = None
    flaws: Mapping[str, str] = field(default_factory=dict)
    functions: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """``dataset/name``, unique among all problems."""
        return f"{self.dataset}/{self.name}"

    @property
    def target(self) -> Target:
        """The one target of a problem that has one."""
        if len(self.targets) != 1:
            names = ", ".join(target.variable.name for target in self.targets)
            raise ValueError(
                f"problem '{self.id}' has {len(self.targets)} targets ({names}); "
                "choose one: problem.of_target(NAME)"
            )
        return self.targets[0]

    def of_target(self, name: str) -> Problem:
        """The problem of discovering one target of a system, by its name; KeyError if none is."""
        for target in self.targets:
            if target.variable.name == name:
                return replace(self, targets=(target,))
        raise KeyError(name)

    @property
    def truth(self) -> str | None:
        """The true expression of the one target, in variable names; None where unknown."""
        return self.target.truth

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(variable.name for variable in self.variables)

    @property
    def domain(self) -> Domain:
        """Ranges and constraints: those stated, or the box around the training inputs."""
        if all(variable.sampling is not None for variable in self.variables):
            return Domain(self.variables, self.constraints)
        columns = self.data().train.X.T
        return Domain(
            tuple(
                variable
                if variable.sampling is not None
                else replace(variable, sampling=observed_sampling(values))
                for variable, values in zip(self.variables, columns, strict=True)
            ),
            self.constraints,
        )

    def check(self) -> None:
        """Look through the data, where they lie in files. Raises ValueError or OSError."""
        check = getattr(self.source, "check", None)
        if check is not None:
            check(self)

    def data(self, seed: int = 0) -> Data:
        """All splits for data seed ``seed``: the same bits on every machine."""
        libraries = getattr(self.source, "depends_on", None)
        if libraries is None:
            return self.source.data(self, seed)
        # repr of a frozen dataclass spells out every field, and floats to the last bit.
        parts = (repr(self), repr(self.source), str(seed))
        return cached(parts, lambda: self.source.data(self, seed), libraries)
