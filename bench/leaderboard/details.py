"""One run, whole: what was asked, answered, judged and used, from its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.method import Answer
from bench.running.results.contents.holdings import Holdings
from bench.running.results.judging import read_score
from bench.running.results.plan import PlannedRun
from bench.running.results.record import Record, Report, Resources
from bench.running.results.store import Store
from bench.scoring.equivalence.verdict import Verdict

_TAIL = 4_000
"""Bytes of a log's end that are shown."""


@dataclass(frozen=True)
class RunDetails:
    """What is known of one run.

    ``status`` is empty where it has no record; then ``record`` is None, and so is all that comes
    from it. ``verdicts`` are by rule, or by ``part: rule`` of an answer that has several
    expressions. ``truth`` is text, None where it is not known.
    """

    planned: PlannedRun
    truth: str | None
    record: Record | None
    verdicts: Mapping[str, Verdict]
    values: Mapping[str, float | None]
    read_as: str
    log: str

    @property
    def status(self) -> str:
        return "" if self.record is None else self.record.status

    @property
    def answer(self) -> Answer | None:
        """What is judged; None where the run gave no expression."""
        if self.record is None or self.record.discovery is None:
            return None
        return self.record.discovery.best.expression

    @property
    def prediction(self) -> str | None:
        """The answer as text."""
        if self.record is None or self.record.discovery is None:
            return None
        return self.record.discovery.best.text

    @property
    def counts(self) -> Mapping[str, int]:
        """What the method counted of its own work."""
        found = None if self.record is None else self.record.discovery
        return {} if found is None else found.counts

    @property
    def reports(self) -> Sequence[Report]:
        return () if self.record is None else self.record.reports

    @property
    def resources(self) -> Resources | None:
        return None if self.record is None else self.record.resources

    @property
    def provenance(self) -> Mapping[str, Any]:
        return {} if self.record is None else self.record.provenance


@dataclass(frozen=True)
class FoundRun:
    """A planned run: what tells its settings from others, and the key of its record."""

    store: Store
    planned: PlannedRun
    settings: str
    key: str

    @property
    def name(self) -> str:
        """What a person calls it; with the settings of its method where there are several."""
        label = self.planned.method
        return f"{label} {self.settings}".rstrip() + self.planned.id[len(label) :]


def run_details(found: FoundRun, truth: str | None) -> RunDetails:
    """All that there is of a run. Raises RecordError where its record cannot be read."""
    store = found.store
    record = store.read(found.key)
    kept = None if record is None else read_score(store, found.key)
    verdicts: dict[str, Verdict] = {}
    values: Mapping[str, float | None] = {}
    read_as = ""
    if kept is not None and record is not None and kept.run_digest == record.digest:
        values, parts = kept.card.values, kept.card.comparisons
        for name, part in parts.items():
            start = f"{name}: " if len(parts) > 1 else ""
            verdicts |= {f"{start}{rule}": verdict for rule, verdict in part.verdicts.items()}
        read_as = "; ".join(part.read_as for part in parts.values() if part.read_as)
    log = _tail(store.log_path(found.key))
    return RunDetails(found.planned, truth, record, verdicts, values, read_as, log)


def _tail(path: Path) -> str:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL))
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def find_runs(store: Store, words: Sequence[str]) -> list[FoundRun]:
    """The planned runs that every one of ``words`` fits.

    A word fits a run's id, its method, dataset, problem, ``dataset/problem``, seed (``3`` or
    ``seed3``) or noise (``0.01`` or ``noise0.01``), and what tells its settings from others. Of
    bare numbers that fit several runs the first is the seed, and the second the noise.
    """
    holdings = Holdings.of(store)
    found = [
        FoundRun(store, run, text, holdings.key_of(place))
        for place, (run, text) in enumerate(
            zip(holdings.runs, holdings.runs.texts.texts(), strict=True)
        )
        if all(word in _names(run, text) | _numbers(run) for word in words)
    ]
    numbers = [word for word in words if all(word in _bare(one.planned) for one in found)]
    meant = [one for one in found if numbers == _bare(one.planned)[: len(numbers)]]
    return meant or found


def _names(run: PlannedRun, settings: str) -> set[str]:
    return {
        settings, *settings.split(", "), f"{run.method} {settings}",
        run.id, run.method, run.dataset, run.problem, f"{run.dataset}/{run.problem}",
    }  # fmt: skip


def _numbers(run: PlannedRun) -> set[str]:
    seed, noise = _bare(run)
    return {seed, f"seed{seed}", noise, f"noise{noise}", f"seed{seed}_noise{noise}"}


def _bare(run: PlannedRun) -> list[str]:
    return [str(run.seed), f"{run.noise:g}"]
