"""The interface of a kind: all that runner, store and leaderboard ever ask of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from bench.clock import Clock
from bench.method import Answer, Budget

if TYPE_CHECKING:
    from bench.scoring.metrics import Metric
    from bench.scoring.steps import Scheme

Disclosure = Literal["blind", "symbols", "full"]


def noise_text(noise: float) -> str:
    """The shortest text of a noise level: ``0``, ``0.01``."""
    return repr(float(noise)).removesuffix(".0")


def held_out_name(dataset: str, version: str, noise: float) -> tuple[str, str]:
    """What a dataset and its version are called where a part of the training data is held out."""
    return f"{dataset}_heldout", f"{version}, noise {noise_text(noise)}"


class AnyData(Protocol):
    """All data of a problem, what is held back among them; only its kind looks inside."""

    @property
    def digest(self) -> str:
        """SHA-256 of the data."""
        ...


class QuestionRefused(ValueError):
    """An oracle does not answer what it was asked; the message says why, and what it would."""


class AnyOracle(Protocol):
    """What answers the questions of one run, in the harness: no worker ever holds it."""

    def ask(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values (n,) at ``points``, which may be of any shape and hold anything.

        Raises QuestionRefused; counts what it answers.
        """
        ...

    def told(self) -> Mapping[str, Any]:
        """What the record keeps of the questions, as plain JSON."""
        ...


class AnyProblem(Protocol):
    """What the harness asks of a problem of whatever kind: all else is between it and its kind.

    ``dataset``, ``version`` and ``name`` say which it is. ``tier`` and ``flaws`` (known defects, a
    word and a sentence each) are words to select it by; both may be empty.
    """

    @property
    def kind(self) -> str: ...
    @property
    def dataset(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def tier(self) -> str: ...
    @property
    def flaws(self) -> Mapping[str, str]: ...
    def check(self) -> None:
        """Look through the data where they lie in files; raises ValueError or OSError."""
        ...

    def data(self, seed: int = 0) -> AnyData:
        """The data for data seed ``seed``: the same bits at every call, on every machine."""
        ...


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under what a problem is posed: the part of a run that changes what a method is shown.

    ``seed`` is the method's and the noise's, ``data_seed`` the problem's; ``noise`` is a level in
    the kind's own units.
    """

    seed: int = 0
    noise: float = 0.0
    data_seed: int = 0
    disclosure: Disclosure = "blind"


@dataclass(frozen=True, slots=True)
class Brief:
    """A problem in a line: its law as text (None: not known), and how many variables it has."""

    truth: str | None
    variables: int


@dataclass(frozen=True, slots=True)
class Shown:
    """All there is to say of a problem: as plain JSON, and line by line for people."""

    facts: Mapping[str, Any]
    lines: Sequence[str]


class RunTerms(TypedDict):
    """What every task is given of its run.

    ``clock.remaining(budget)`` says what is left; it starts when ``discover`` is called.
    """

    seed: int
    budget: Budget
    on_report: Callable[[Answer, float | None], None]
    clock: Clock


class Kind(Protocol):
    """What sort of thing is discovered: how it is posed, what an answer is, how it is scored.

    A problem is posed in the harness by ``told`` and ``arrays``; neither holds the truth, or what
    is held back, or anything that names dataset or problem. ``task`` and ``refusal`` are used in
    workers, where there is NumPy and little else: a kind's module imports what other functions
    need inside them. A kind whose predictors are scored by their values also has
    ``held_back_inputs(problem, data)``: by split, the inputs at which they are asked. One on whose
    training data settings can be chosen has ``held_out(problem, noise)``: the problem of a part of
    them, with the rest, as noisy, in the test's place, and without the law; and
    ``held_out_measure``, the metric that says how good an answer is there, 1 at best. One whose
    answers can be seen beside the data has ``drawn(problem, answer, conditions)``: plain JSON for a
    page.

    A kind whose tasks ask questions has ``oracle(problem, data, conditions) -> AnyOracle``, one for
    each run, and a field ``asks`` in its task: a function of points that gives the oracle's values.

    A kind that methods of another may take by a reduction also has ``reduces_to``, the name of that
    other, and ``reduction``, the name of a module with ``reduced(method, task) -> Discovery``. That
    asks ``method`` for the answers to tasks of that kind (in the worker, within the budget and
    clock of ``task``).
    """

    name: str

    def told(self, problem: Any, conditions: Conditions) -> Mapping[str, Any]:
        """What a method is told of ``problem`` in words, as plain JSON."""
        ...

    def arrays(
        self, problem: Any, data: Any, conditions: Conditions
    ) -> tuple[NDArray[np.float64], ...]:
        """What a method is shown of the problem's data, noise included."""
        ...

    def task(
        self,
        told: Mapping[str, Any],
        arrays: tuple[NDArray[np.float64], ...],
        **run: Unpack[RunTerms],
    ) -> Any:
        """The task that was posed (in the worker); ``arrays`` are read-only.

        The task has a field for each of the terms of the run.
        """
        ...

    def refusal(self, answer: Answer, told: Mapping[str, Any]) -> str | None:
        """Why ``answer`` is none to what was posed, in one line; None where it is one."""
        ...

    def in_brief(self, problem: Any) -> Brief:
        """A problem in the list of its dataset (``rediscover show DATASET``)."""
        ...

    def shown(self, problem: Any) -> Shown:
        """A problem by itself (``rediscover show DATASET/PROBLEM``)."""
        ...

    def scheme(self) -> Scheme:
        """How answers are scored, in processes of their own."""
        ...

    def metrics(self) -> tuple[Metric, ...]:
        """The rows of METRICS that the kind brings."""
        ...
