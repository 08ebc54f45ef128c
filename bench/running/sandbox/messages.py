"""What runner, supervisor and worker say to each other: a class for each message, both ways.

    runner -> server             Prepare, then a Fork for each supervisor
    runner -> supervisor         Assignment: a Request and its limits; LogOpened; HeldBackInputs
    supervisor -> worker         Request (with a meter where CPU time is limited), Go,
                                 HeldBackInputs
    worker -> supervisor         Sealed, Loaded, Reported, Returned, then Answered or Failed;
                                 Predicted
    supervisor -> runner         Watching, ClockStarted, LogWanted, InputsWanted, then RunOver (an
                                 Outcome) or SystemStop
    worker -> supervisor -> runner    ModelAsked
    runner -> supervisor -> worker    ModelAnswered; or, to the supervisor, ModelFailed

On its way a message is a JSON object, its class under ``type``. What comes from a worker was
written by somebody's method: everything is checked as it is read, and what is of another shape
is refused in words.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self, TypeAlias, get_args

from bench.method import Answer, Budget, Discovery
from bench.models.completion import Completion
from bench.models.prompt import Prompt
from bench.running.limits import Limits
from bench.running.results.plain import (
    answer_from,
    checked_text,
    discovery_from,
    discovery_json,
    number,
)
from bench.running.results.record import NOTHING_USED, STATUSES, Report, Resources, Status
from bench.running.seal.openings import Blueprint
from bench.running.seal.trial import Standing

Plain: TypeAlias = dict[str, Any]
Shape: TypeAlias = tuple[int, ...]
FailureStatus = Literal["error", "invalid", "memory"]
"""The statuses that a worker gives its own run."""


class MessageError(ValueError):
    """What came over a channel is no message; the text says why."""


class Message:
    """A message; where nothing else is said, its fields are what its JSON holds."""

    def to_json(self) -> Plain:
        """Plain JSON."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        """Inverse of ``to_json``; raises KeyError, TypeError or ValueError for another shape."""
        return cls(**plain)


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
class Outcome(Message):
    """What became of a run, as its supervisor tells it; by itself, of one that never began.

    ``discovery`` is the method's answer; for a run that was ended, its last report (None where
    there was none). ``left_out`` counts the candidates of its front that were too many, too long
    or no expressions; ``packages`` are the versions in its interpreter, and ``seal`` says which
    walls stood round it.
    """

    status: Status
    message: str = ""
    discovery: Discovery | None = None
    reports: tuple[Report, ...] = ()
    resources: Resources = NOTHING_USED
    packages: Mapping[str, str] = field(default_factory=dict)
    left_out: int = 0
    seal: Standing | None = None

    def to_json(self) -> Plain:
        return {
            **vars(self),
            "discovery": discovery_json(self.discovery),
            "reports": [report.to_json() for report in self.reports],
            "resources": asdict(self.resources),
            "seal": None if self.seal is None else self.seal.to_message(),
        }

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        given = {
            "status": _one_of(STATUSES, plain["status"]),
            "message": checked_text(plain["message"]),
            "discovery": discovery_from(plain["discovery"]),
            "reports": tuple(map(Report.from_json, plain["reports"])),
            "resources": Resources(**plain["resources"]),
            "packages": _versions(plain["packages"]),
            "left_out": int(plain["left_out"]),
            "seal": None if plain["seal"] is None else Standing.from_message(plain["seal"]),
        }
        return cls(**{**plain, **given})


@dataclass(frozen=True)
class Prepare(Message):
    """To a server, first of all: extend ``sys.path`` by ``path``, and import the rest.

    ``target`` is empty where workers do not fork from the server; a method that ships is warmed up
    with ``settings`` for ``budget``. ``kinds`` are the targets of the kinds that the method takes.
    ``python`` is the interpreter of its workers, empty for the server's own, and ``walls`` is what
    they are sealed by.
    """

    path: tuple[str, ...]
    requires: tuple[str, ...]
    target: str
    settings: Mapping[str, Any]
    budget: Budget
    kinds: tuple[str, ...]
    python: str
    walls: Blueprint

    def to_json(self) -> Plain:
        return {**vars(self), "budget": asdict(self.budget), "walls": self.walls.to_message()}

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        given: Plain = {
            "settings": dict(plain.pop("settings")),
            "budget": Budget(**plain.pop("budget")),
            "walls": Blueprint.from_message(plain.pop("walls")),
        }
        return cls(**given, **{name: _strings(value) for name, value in plain.items()})


@dataclass(frozen=True)
class Prepared(Message):
    """From a server: everything is imported."""


@dataclass(frozen=True)
class Fork(Message):
    """To a server: fork a supervisor on the channel that comes along."""

    start: str


@dataclass(frozen=True)
class Assignment(Message):
    """To a supervisor: run ``request`` under ``limits``.

    Nothing here names the problem: workers are forks of supervisors, and see their memory.
    """

    request: Request
    limits: Limits

    def to_json(self) -> Plain:
        return {"request": self.request.to_json(), "limits": asdict(self.limits)}

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        return cls(Request.from_json(plain["request"]), Limits(**plain["limits"]))


@dataclass(frozen=True)
class LogOpened(Message):
    """To a supervisor: the log comes along, as an open file; where it cannot be had, nothing."""


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
        return cls(number(plain["warm_up"]) or 0.0, _versions(plain["packages"]))


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

    ``predicts``: it has kept its model, which can be asked for values.
    """

    discovery: Discovery
    left_out: int
    predicts: bool = False

    def to_json(self) -> Plain:
        return {**vars(self), "discovery": discovery_json(self.discovery)}

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        discovery = discovery_from(plain["discovery"])
        if discovery is None:
            raise TypeError("an answer without a discovery")
        return cls(discovery, int(plain["left_out"]), plain["predicts"] is True)


@dataclass(frozen=True)
class InputsWanted(Message):
    """From a supervisor: the answer is fixed, and its model can be asked for values; where?"""


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
        return cls(_strings(plain["names"]), shapes)


@dataclass(frozen=True)
class Predicted(Message):
    """From a worker: a model's values at the inputs of each split, packed; none, and ``why``."""

    values: tuple[str, ...]
    why: str = ""

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        return cls(_strings(plain["values"]), checked_text(plain["why"]))


@dataclass(frozen=True)
class Failed(Message):
    """From a worker: why there is no answer."""

    status: FailureStatus
    message: str

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        status = _one_of(get_args(FailureStatus), plain["status"])
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
class ModelFailed(Message):
    """To a supervisor: the language model cannot be asked, and the run is over."""

    message: str


@dataclass(frozen=True)
class Watching(Message):
    """From a supervisor: it is there, as process ``pid``."""

    pid: int


@dataclass(frozen=True)
class ClockStarted(Message):
    """From a supervisor, process ``pid``: the clock of the run has started."""

    pid: int


@dataclass(frozen=True)
class LogWanted(Message):
    """From a supervisor: the run has printed something; where does that go?"""


@dataclass(frozen=True)
class RunOver(Message):
    """From a supervisor: what became of the run, and whether it can take ``more``."""

    outcome: Outcome
    more: bool

    def to_json(self) -> Plain:
        return {"outcome": self.outcome.to_json(), "more": self.more}

    @classmethod
    def from_json(cls, plain: Plain) -> Self:
        return cls(Outcome.from_json(plain["outcome"]), plain["more"] is True)


@dataclass(frozen=True)
class SystemStop(Message):
    """From a supervisor: the system asked it to end, and the run has no outcome."""


_CLASSES: Mapping[str, type[Message]] = {cls.__name__: cls for cls in Message.__subclasses__()}


def encode(message: Message) -> Plain:
    """``message`` as a JSON object that says what it is."""
    return {"type": type(message).__name__, **message.to_json()}


def decode(plain: object) -> Message:
    """The message in a JSON object; raises MessageError, in words, where it is none."""
    name = plain.get("type") if isinstance(plain, dict) else None
    if not isinstance(plain, dict) or not isinstance(name, str) or name not in _CLASSES:
        raise MessageError(f"no message: {reprlib.repr(plain)}")
    try:
        return _CLASSES[name].from_json({key: plain[key] for key in plain if key != "type"})
    except KeyError as error:
        raise MessageError(f"a message {name} without {error}") from None
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise MessageError(f"a message {name} of another shape: {error}") from None


def _one_of(words: tuple[Any, ...], value: object) -> Any:
    if value not in words:
        raise ValueError(f"{reprlib.repr(value)} is none of {', '.join(words)}")
    return value


def _strings(value: object) -> Any:
    """Text as it is, a list as a tuple of texts."""
    return tuple(map(checked_text, value)) if isinstance(value, list) else checked_text(value)


def _versions(value: object) -> dict[str, str]:
    """Versions by package; at most 50, cut to 100 characters."""
    if not isinstance(value, dict):
        raise TypeError(f"{reprlib.repr(value)} is no table of versions")
    return {str(name)[:100]: str(version)[:100] for name, version in list(value.items())[:50]}
