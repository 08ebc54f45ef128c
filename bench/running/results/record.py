"""Record: what is kept of a run, as JSON. It never holds the truth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from bench.method import Answer, Budget, Discovery
from bench.running.results.content import ContentError, check_content, with_content
from bench.running.results.plain import (
    answer_from,
    checked_text,
    discovery_from,
    discovery_json,
    number,
)
from bench.running.results.run import MethodSpec, Run

Status = Literal["ok", "timeout", "memory", "crash", "error", "invalid", "no_data"]
STATUSES: tuple[Status, ...] = get_args(Status)

SCHEMA = 2


class RecordError(ValueError):
    """A record that cannot be believed: cut off, empty, edited, or not of this shape."""


class EditedRecord(RecordError):
    """What can be read and is not what was written: its digest, or its place, is another's."""


class NewerRecord(RecordError):
    """A record that a newer version of Rediscover made: neither damaged nor to be made again."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a method reported while it ran; ``seconds`` since its clock started."""

    seconds: float
    expression: Answer
    loss: float | None = None

    def to_json(self) -> list[Any]:
        """``[seconds, expression, loss]``."""
        return [self.seconds, self.expression, number(self.loss)]

    @classmethod
    def from_json(cls, value: list[Any]) -> Report:
        """Inverse of ``to_json``; raises TypeError or ValueError where ``value`` is no report."""
        seconds, expression, loss = value
        return cls(float(seconds), answer_from(expression), number(loss))


@dataclass(frozen=True, slots=True)
class Resources:
    """What a run used; CPU and memory are those of the whole process family.

    ``warm_up_seconds`` is how long its method's ``warm_up`` took before the clock started: 0 where
    it has none, or the process had been warmed up for an earlier run. For ``waited_seconds`` it
    stood ready to run and did not, because others did; ``starved`` says that this was more than a
    quarter of its CPU time. Both are None where the system does not say.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_memory_mb: float
    warm_up_seconds: float = 0.0
    waited_seconds: float | None = None
    starved: bool | None = None


NOTHING_USED = Resources(0.0, 0.0, 0.0)


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

    @property
    def digest(self) -> str:
        """The digest of its run."""
        return self.run.digest

    @property
    def clock_seconds(self) -> float:
        """What it took by the clock: its own seconds, and those in which a model was waited for."""
        ledger = self.provenance.get("model")
        waited = number(ledger.get("waited_seconds")) if isinstance(ledger, Mapping) else None
        return self.resources.wall_seconds + (waited or 0.0)

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
                "source": method.source,
                "requires": list(method.requires),
                "worker": dict(method.worker),
                "model": method.model,
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
            "discovery": discovery_json(self.discovery),
            "reports": [report.to_json() for report in self.reports],
            "resources": asdict(self.resources),
            "provenance": dict(self.provenance),
        }
        return _one_line_a_field(with_content(value))

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
        except (ValueError, RecursionError) as error:
            raise RecordError(f"the record is cut off or damaged ({error})") from None
        check_schema(value, SCHEMA, "record")
        try:
            check_content(value, "record")
            return _record(value)
        except RecordError:
            raise
        except ContentError as error:
            raise EditedRecord(str(error)) from None
        except KeyError as error:
            raise RecordError(f"the record lacks the field {error}") from None
        except (TypeError, ValueError, AttributeError) as error:
            raise RecordError(f"the record has a wrong field: {error}") from None


def check_schema(value: Any, schema: int, what: str) -> None:
    """Raise RecordError where ``value`` is no ``what`` of this schema, and NewerRecord for more."""
    found = value.get("schema") if isinstance(value, dict) else None
    if isinstance(found, int) and found > schema:
        raise NewerRecord(f"the {what} is of schema {found}, made by a newer version of Rediscover")
    if found != schema:
        raise RecordError(f"this is no {what} of schema {schema}")


def _one_line_a_field(value: Mapping[str, Any]) -> str:
    # ``indent`` would do it too, with one number a line and the encoder that is not in C.
    lines = (f'"{key}": {json.dumps(field, allow_nan=False)}' for key, field in value.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _record(value: dict[str, Any]) -> Record:
    status = value["status"]
    if status not in STATUSES:
        raise RecordError(f"the record has status '{status}'; expected one of {STATUSES}")
    run = _run(value)
    if value["digest"] != run.digest:
        raise EditedRecord("the record's digest is not that of the run it describes")
    return Record(
        run=run,
        status=status,
        message=checked_text(value["message"]),
        discovery=discovery_from(value["discovery"]),
        reports=tuple(map(Report.from_json, value["reports"])),
        resources=Resources(**value["resources"]),
        provenance=dict(value["provenance"]),
    )


def _run(value: dict[str, Any]) -> Run:
    method = value["method"]
    return Run(
        method=MethodSpec(**{**method, "requires": tuple(method["requires"])}),
        dataset=checked_text(value["dataset"]),
        version=checked_text(value["version"]),
        problem=checked_text(value["problem"]),
        seed=int(value["seed"]),
        noise=float(value["noise"]),
        budget=Budget(**value["budget"]),
        data_seed=int(value["data_seed"]),
        disclosure=value["disclosure"],
    )
