"""Finding: what there is of a run already, and whether it has to be made (again)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.running.results.record import NewerRecord, Record, RecordError
from bench.running.results.run import Run
from bench.running.results.store import Store, read_record


@dataclass(frozen=True)
class MadeSoFar:
    """What there is of a run.

    ``record`` is the one that counts: of the run's own code or, where that has made none, the
    latest of other code, and then it is ``stale``. ``newer`` says that a newer version of
    Rediscover has made one, which is left alone. ``damaged`` are those that cannot be believed.
    """

    record: Record | None = None
    stale: bool = False
    newer: bool = False
    damaged: tuple[tuple[Path, str], ...] = ()


def find(store: Store, run: Run) -> MadeSoFar:
    """What there is of ``run`` in ``store``."""
    own = store.record_path(run.key)
    records: dict[Path, Record] = {}
    damaged: list[tuple[Path, str]] = []
    newer = False
    paths = [own] if own.exists() else store.made_of(run.slot)
    for path in paths:
        try:
            records[path] = read_record(path)
        except NewerRecord:
            newer = True
        except RecordError as error:
            damaged.append((path, str(error)))
        except FileNotFoundError:
            continue
    if not records:
        return MadeSoFar(newer=newer, damaged=tuple(damaged))
    latest = max(records.values(), key=lambda record: str(record.provenance.get("begun", "")))
    record = records.get(own, latest)
    return MadeSoFar(record, is_stale(record.run.method.source, run.method.source), newer)


def is_stale(made_by: str, code: str) -> bool:
    """Whether what was ``made_by`` one state of the code is of another than ``code``.

    Of code that is not known nothing is said.
    """
    return bool(made_by and code and made_by != code)
