"""Record: what is kept of a run, as JSON. It never holds the truth."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from bench.method import Budget, Candidate, Discovery
from bench.running.results.run import MethodSpec, Run

Status = Literal["ok", "timeout", "memory", "crash", "error", "invalid"]
STATUSES: tuple[Status, ...] = get_args(Status)

SCHEMA = 1


class RecordError(ValueError):
    """A record that cannot be believed: cut off, empty, or not of this shape."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a method reported while it ran; ``seconds`` since its clock started."""

    seconds: float
    expression: str
    loss: float | None = None


@dataclass(frozen=True, slots=True)
class Resources:
    """What a run used; CPU and memory are those of the whole process group."""

    wall_seconds: float
    cpu_seconds: float
    peak_memory_mb: float


@dataclass(frozen=True, slots=True)
class Record:
    """The outcome of one run.

    ``discovery`` is the method's answer; for a run that was ended, its last report (None where
    there was none). ``message`` is one line that says why a run is not ``ok``. ``provenance``
    tells where the result comes from: host, interpreter, versions, time, digest of the data.
    """

    run: Run
    status: Status
    message: str
    discovery: Discovery | None
    reports: tuple[Report, ...]
    resources: Resources
    provenance: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""

    def __post_init__(self) -> None:
        if not self.digest:
            object.__setattr__(self, "digest", self.run.digest)

    def to_json(self) -> str:
        """The record as one JSON object, a line for each field."""
        run = self.run
        method = run.method
        value = {
            "schema": SCHEMA,
            "method": {
                "label": method.label,
                "target": method.target,
                "settings": dict(method.settings),
                "version": method.version,
                "requires": list(method.requires),
                "worker": dict(method.worker),
            },
            "dataset": run.dataset,
            "version": run.version,
            "problem": run.problem,
            "seed": run.seed,
            "noise": run.noise,
            "budget": asdict(run.budget),
            "data_seed": run.data_seed,
            "disclosure": run.disclosure,
            "digest": self.digest,
            "status": self.status,
            "message": self.message,
            "discovery": _discovery_json(self.discovery),
            "reports": [[r.seconds, r.expression, finite(r.loss)] for r in self.reports],
            "resources": asdict(self.resources),
            "provenance": dict(self.provenance),
        }
        return _one_line_a_field(value)

    @classmethod
    def from_json(cls, text: str | bytes) -> Record:
        """Read a record strictly.

        Raises RecordError where the text is empty, cut off, of another schema, or lacks a field
        or gives it a wrong kind of value.
        """
        if not text.strip():
            raise RecordError("the record is empty")
        try:
            value = json.loads(text)
        except ValueError as error:
            raise RecordError(f"the record is cut off or damaged ({error})") from None
        if not isinstance(value, dict) or value.get("schema") != SCHEMA:
            raise RecordError(f"this is no record of schema {SCHEMA}")
        try:
            return _record(value)
        except KeyError as error:
            raise RecordError(f"the record lacks the field {error}") from None
        except (TypeError, ValueError, AttributeError) as error:
            raise RecordError(f"the record has a wrong field: {error}") from None


def _one_line_a_field(value: Mapping[str, Any]) -> str:
    # ``indent`` would do it too, with one number a line and the encoder that is not in C.
    lines = (f'"{key}": {json.dumps(field, allow_nan=False)}' for key, field in value.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def finite(number: float | None) -> float | None:
    """``number`` where it is finite; JSON has no NaN, and a loss of NaN says nothing."""
    return number if number is not None and math.isfinite(number) else None


def _discovery_json(discovery: Discovery | None) -> dict[str, Any] | None:
    if discovery is None:
        return None
    return {
        "best": _candidate_json(discovery.best),
        "front": [_candidate_json(candidate) for candidate in discovery.front],
    }


def _candidate_json(candidate: Candidate) -> list[Any]:
    return [candidate.expression, finite(candidate.complexity), finite(candidate.loss)]


def _record(value: dict[str, Any]) -> Record:
    status = value["status"]
    if status not in STATUSES:
        raise RecordError(f"the record has status '{status}'; expected one of {STATUSES}")
    return Record(
        run=_run(value),
        status=status,
        message=_text(value["message"]),
        discovery=_discovery(value["discovery"]),
        reports=tuple(Report(float(s), _text(e), loss) for s, e, loss in value["reports"]),
        resources=Resources(**value["resources"]),
        provenance=dict(value["provenance"]),
        digest=_text(value["digest"]),
    )


def _run(value: dict[str, Any]) -> Run:
    method = value["method"]
    return Run(
        method=MethodSpec(**{**method, "requires": tuple(method["requires"])}),
        dataset=_text(value["dataset"]),
        version=_text(value["version"]),
        problem=_text(value["problem"]),
        seed=int(value["seed"]),
        noise=float(value["noise"]),
        budget=Budget(**value["budget"]),
        data_seed=int(value["data_seed"]),
        disclosure=value["disclosure"],
    )


def _discovery(value: dict[str, Any] | None) -> Discovery | None:
    if value is None:
        return None
    front = tuple(_candidate(item) for item in value["front"])
    return Discovery(_candidate(value["best"]), front)


def _candidate(value: list[Any]) -> Candidate:
    expression, complexity, loss = value
    return Candidate(_text(expression), complexity, loss)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, found {value!r:.60}")
    return value
