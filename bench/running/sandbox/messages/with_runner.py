"""What a runner and its servers and supervisors say to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from bench.method import Budget, Discovery
from bench.running.limits import Limits
from bench.running.results.plain import checked_text, discovery_from, discovery_json
from bench.running.results.record import NOTHING_USED, STATUSES, Report, Resources, Status
from bench.running.sandbox.messages.base import Message, Plain, one_of, strings, versions
from bench.running.sandbox.messages.with_worker import Request
from bench.running.seal.openings import Blueprint
from bench.running.seal.trial import Standing


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
        return cls(**given, **{name: strings(value) for name, value in plain.items()})


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
class LogWanted(Message):
    """From a supervisor: the run has printed something; where does that go?"""


@dataclass(frozen=True)
class LogOpened(Message):
    """To a supervisor: the log comes along, as an open file; where it cannot be had, nothing."""


@dataclass(frozen=True)
class InputsWanted(Message):
    """From a supervisor: the answer is fixed, and its predictor can be asked for values; where?"""


@dataclass(frozen=True)
class AskingFailed(Message):
    """To a supervisor: what the worker asked cannot be answered at all, and the run is over."""

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
class Checking(Message):
    """From a supervisor: nothing of the run is left alive or at work, and what it said is read."""


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
            "status": one_of(STATUSES, plain["status"]),
            "message": checked_text(plain["message"]),
            "discovery": discovery_from(plain["discovery"]),
            "reports": tuple(map(Report.from_json, plain["reports"])),
            "resources": Resources(**plain["resources"]),
            "packages": versions(plain["packages"]),
            "left_out": int(plain["left_out"]),
            "seal": None if plain["seal"] is None else Standing.from_message(plain["seal"]),
        }
        return cls(**{**plain, **given})


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
