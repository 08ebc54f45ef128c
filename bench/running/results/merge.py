"""Merge: join the results of two machines, and refuse what contradicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.basics.files import write_whole
from bench.running.results.plan import append_plan
from bench.running.results.record import Record
from bench.running.results.store import Store

_SHOWN = 5
_PATHS = (Store.log_path, Store.transcript_path, Store.score_path, Store.record_path)


class Contradiction(ValueError):
    """Two results folders that cannot both be right; nothing has been written."""


@dataclass(frozen=True)
class Merged:
    """How many records came over, and how many were on both sides."""

    added: int
    shared: int


def merge(into: Store, other: Store) -> Merged:
    """Bring what ``other`` has and ``into`` has not: plan, records, scores, logs, transcripts.

    Raises Contradiction, before anything is written, where the two disagree: a run planned or
    done under different settings, the same run with different answers, a problem whose data are
    not the same; and RecordError where a record of either is damaged.
    """
    theirs = {record.run.id: record for record in other.records()}
    ours = {record.run.id: record for record in into.records()}
    _refuse(
        [
            *_plans_that_differ(into, other),
            *_records_that_differ(ours, theirs),
            *_data_that_differ([*ours.values(), *theirs.values()]),
        ],
        into,
        other,
    )
    append_plan(into.plan_path, other.plan().values())
    new = [run_id for run_id in theirs if run_id not in ours]
    for run_id in new:
        # The record last: a run counts as done when its score and log are there, too.
        for path in _PATHS:
            _copy(path(other, run_id), path(into, run_id))
    if not into.config_path.exists():
        _copy(other.config_path, into.config_path)
    return Merged(added=len(new), shared=len(theirs) - len(new))


def _plans_that_differ(into: Store, other: Store) -> list[str]:
    ours, theirs = into.plan(), other.plan()
    return [
        f"{run_id} is planned under different settings"
        for run_id, planned in theirs.items()
        if run_id in ours and ours[run_id].digest != planned.digest
    ]


def _records_that_differ(ours: dict[str, Record], theirs: dict[str, Record]) -> list[str]:
    found = []
    for run_id, record in theirs.items():
        mine = ours.get(run_id)
        if mine is None:
            continue
        if mine.digest != record.digest:
            found.append(f"{run_id} was run under different settings")
        elif (mine.status, mine.discovery) != (record.status, record.discovery):
            found.append(f"{run_id} gave '{_answer(mine)}' here and '{_answer(record)}' there")
    return found


def _data_that_differ(records: Sequence[Record]) -> list[str]:
    digests: dict[tuple[str, str, str, int], str] = {}
    found = []
    for record in records:
        run = record.run
        digest = record.provenance.get("data_digest")
        if digest:
            first = digests.setdefault(
                (run.dataset, run.version, run.problem, run.data_seed), digest
            )
            if first != digest:
                found.append(f"the data of {run.dataset}/{run.problem} are not the same")
    return found


def _answer(record: Record) -> str:
    best = record.discovery.best.text if record.discovery else record.status
    return best if len(best) <= 60 else f"{best[:57]}..."


def _refuse(contradictions: list[str], into: Store, other: Store) -> None:
    if contradictions:
        lines = [f"'{into.folder}' and '{other.folder}' contradict each other:"]
        lines += [f"  {text}" for text in contradictions[:_SHOWN]]
        if len(contradictions) > _SHOWN:
            lines.append(f"  and {len(contradictions) - _SHOWN} more")
        lines.append("delete the records that are wrong, on one side, and merge again")
        raise Contradiction("\n".join(lines))


def _copy(source: Path, target: Path) -> None:
    try:
        content = source.read_bytes()
    except FileNotFoundError:
        return
    write_whole(target, content)
