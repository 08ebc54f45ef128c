"""Merge: join the results of several machines, and refuse what contradicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.basics.files import write_whole
from bench.running.results.lock import add_to_lock, read_lock
from bench.running.results.plan import append_plan
from bench.running.results.record import NewerRecord, Record, RecordError
from bench.running.results.store import Store

_SHOWN = 5
# The record last: a run counts as done when its score and log are there, too.
_PATHS = (Store.log_path, Store.transcript_path, Store.score_path, Store.record_path)


class Contradiction(ValueError):
    """Results folders that cannot all be right; nothing has been written."""


@dataclass(frozen=True)
class Merged:
    """How many records came over from a folder, and how many were there already."""

    added: int
    shared: int


def merge(into: Store, others: Sequence[Store]) -> list[Merged]:
    """Bring what ``others`` have and ``into`` has not: plans, environments, records, scores,
    logs, transcripts.

    Raises Contradiction, before anything is written, where two disagree: the same run with
    different answers, a problem whose data are not the same. Records that cannot be read, and
    those of a newer version of Rediscover, stay where they are.
    """
    have = {record.run.key: record for record in _readable(into)}
    _refuse(_data_that_differ(have.values()), into, into)
    merged, coming = [], []
    for other in others:
        theirs = {record.run.key: record for record in _readable(other)}
        both = [*have.values(), *theirs.values()]
        _refuse([*_records_that_differ(have, theirs), *_data_that_differ(both)], into, other)
        new = [key for key in theirs if key not in have and not _is_newer(into, key)]
        merged.append(Merged(added=len(new), shared=len(theirs) - len(new)))
        coming.append((other, new))
        have = {**theirs, **have}
    for other, new in coming:
        _bring(into, other, new)
    return merged


def _bring(into: Store, other: Store, new: Iterable[str]) -> None:
    plan = other.plan()
    append_plan(into.plan_path, plan.runs.values(), plan.setups)
    add_to_lock(into, read_lock(other))
    for key in new:
        for path in _PATHS:
            _copy(path(other, key), path(into, key))
    if not into.config_path.exists():
        _copy(other.config_path, into.config_path)


def _readable(store: Store) -> Iterable[Record]:
    return store.records(lambda path, error: None)


def _is_newer(store: Store, key: str) -> bool:
    """Whether there is a record that is none to be overwritten by one that can be read."""
    try:
        return store.read(key) is not None
    except NewerRecord:
        return True
    except RecordError:
        return False


def _records_that_differ(ours: dict[str, Record], theirs: dict[str, Record]) -> list[str]:
    found = []
    for key, record in theirs.items():
        mine = ours.get(key)
        if mine and (mine.status, mine.discovery) != (record.status, record.discovery):
            one, other = _answer(mine), _answer(record)
            found.append(f"{record.run.id} gave '{one}' here and '{other}' there")
    return found


def _data_that_differ(records: Iterable[Record]) -> list[str]:
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
