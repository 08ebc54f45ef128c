"""What a supervisor and its worker say to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from bench.method import Answer, Budget, Discovery
from bench.models.completion import Completion
from bench.models.prompt import Prompt
from bench.running.results.plain import (
    answer_from,
    checked_text,
    discovery_from,
    discovery_json,
    number,
    unpacked,
)
from bench.running.sandbox.messages.base import Message, Plain, Shape, one_of, strings, versions
from bench.running.seal.trial import Standing

FailureStatus = Literal["error", "invalid", "memory"]
"""The statuses that a worker gives its own run."""


@dataclass(frozen=True)
class Request(Message):
    """All that a worker is told: never the truth, the test data, or whose problem it is.

    ``target`` and ``settings`` make the method, after importing ``requires``. ``kind`` is where
    the task's kind is to be imported from, ``told`` what it says of the problem, and ``shapes``
    are those of the arrays in the file that comes along, one after the other as ``<f8``. ``model``
    says whether there is a language model to ask.
    """

    target: str
    settings: Mapping[str, Any]
    requires: tuple[str, ...]
    kind: str
    told: Mapping[str, Any]
    shapes: tuple[Shape, ...]
    seed: int
    budget: Budget
    model: bool = False

    def to_json(self) -> Plain:
        return {**vars(self), "budget": asdict(self.budget)}

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        given = {
            "requires": tuple(plain["requires"]),
            "shapes": tuple(tuple(map(int, shape)) for shape in plain["shapes"]),
            "budget": Budget(**plain["budget"]),
        }
        return cls(**{**plain, **given})


@dataclass(frozen=True)
class Go(Message):
    """To a worker: the clock has started; the data come along."""


@dataclass(frozen=True)
class Sealed(Message):
    """From a worker, before any code of the run: which walls stand round it."""

    verdict: Standing

    def to_json(self) -> Plain:
        return {"verdict": self.verdict.to_message()}

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        return cls(Standing.from_message(plain["verdict"]))


@dataclass(frozen=True)
class Loaded(Message):
    """From a worker: all is loaded; it waits for the clock to start.

    ``warm_up`` is how many seconds the method's ``warm_up`` took.
    """

    warm_up: float
    packages: Mapping[str, str]

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        return cls(number(plain["warm_up"]) or 0.0, versions(plain["packages"]))


@dataclass(frozen=True)
class Reported(Message):
    """From a worker: the best answer so far."""

    answer: Answer
    loss: float | None

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        return cls(answer_from(plain["answer"]), number(plain["loss"]))


@dataclass(frozen=True)
class Returned(Message):
    """From a worker: ``discover`` has returned; its answer follows."""


@dataclass(frozen=True)
class Answered(Message):
    """From a worker: what ``discover`` returned, without ``left_out`` candidates of its front.

    ``predicts``: it has kept a predictor that can be asked for values. ``at_work``: threads that
    the run began go on.
    """

    discovery: Discovery
    left_out: int
    predicts: bool = False
    at_work: bool = False

    def to_json(self) -> Plain:
        return {**vars(self), "discovery": discovery_json(self.discovery)}

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        discovery = discovery_from(plain["discovery"])
        if discovery is None:
            raise TypeError("an answer without a discovery")
        flags = (plain["predicts"] is True, plain["at_work"] is True)
        return cls(discovery, int(plain["left_out"]), *flags)


@dataclass(frozen=True)
class Failed(Message):
    """From a worker: why there is no answer."""

    status: FailureStatus
    message: str

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        status = one_of(get_args(FailureStatus), plain["status"])
        return cls(status, checked_text(plain["message"]))


@dataclass(frozen=True)
class ModelAsked(Message):
    """From a worker: prompts for the run's language model, the ``number``-th time."""

    number: int
    prompts: tuple[Prompt, ...]

    def to_json(self) -> Plain:
        return {**vars(self), "prompts": [one.to_json() for one in self.prompts]}

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        return cls(int(plain["number"]), tuple(map(Prompt.from_json, plain["prompts"])))


@dataclass(frozen=True)
class ModelAnswered(Message):
    """To a worker: what the language model answers; or that a budget is ``spent``, and which.

    ``granted`` is how many seconds of waiting are not charged: the supervisor says.
    """

    number: int
    completions: tuple[Completion, ...] = ()
    spent: str = ""
    granted: float = 0.0

    def to_json(self) -> Plain:
        return {**vars(self), "completions": [one.to_json() for one in self.completions]}

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        completions = tuple(map(Completion.from_json, plain["completions"]))
        return cls(plain["number"], completions, plain["spent"], plain["granted"])


@dataclass(frozen=True)
class PointsAsked(Message):
    """From a worker: points at which it asks the run's oracle, the ``number``-th time.

    ``packed`` is an array of any ``shape``: whether to answer it is the oracle's to say.
    """

    number: int
    shape: Shape
    packed: str

    @property
    def points(self) -> NDArray[np.float64]:
        """The array; raises ValueError where ``packed`` is none of that shape."""
        return unpacked(self.packed).reshape(self.shape)

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        shape = tuple(map(int, plain["shape"]))
        found = cls(int(plain["number"]), shape, checked_text(plain["packed"]))
        found.points  # noqa: B018  (raises where there are none)
        return found


@dataclass(frozen=True)
class PointsAnswered(Message):
    """To a worker: the oracle's values (n,), ``packed``; or why the question is ``refused``.

    ``granted`` is as in ``ModelAnswered``.
    """

    number: int
    packed: str = ""
    refused: str = ""
    granted: float = 0.0


Asked: TypeAlias = ModelAsked | PointsAsked
"""What a worker asks while it runs."""
Reply: TypeAlias = ModelAnswered | PointsAnswered
"""What is answered to that. A worker whose run is over is told that a budget is spent."""


@dataclass(frozen=True)
class HeldBackInputs(Message):
    """Inputs that were held back until the answer was fixed; the file with them comes along.

    ``names`` are those of the splits, ``shapes`` their arrays', (n, d).
    """

    names: tuple[str, ...]
    shapes: tuple[Shape, ...]

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        shapes = tuple(tuple(map(int, shape)) for shape in plain["shapes"])
        return cls(strings(plain["names"]), shapes)


@dataclass(frozen=True)
class Predicted(Message):
    """From a worker: a predictor's values at each split's inputs, packed; none, and ``why``."""

    values: tuple[str, ...]
    why: str = ""

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        return cls(strings(plain["values"]), checked_text(plain["why"]))
