"""``rediscover verify --rerun``: some runs done again, and their answers compared."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.leaderboard.verification.fault import Fault
from bench.repeating import other_answer, records_of, repeat_of
from bench.running import LocalExecutor, Store, execute
from bench.running.results.imported import ELSEWHERE
from bench.running.results.record import Record

_SHARE = 0.5
"""A run that took more than this of its time may end elsewhere on another machine."""


@dataclass(frozen=True)
class Rerun:
    """How many runs were done again, how many could not be chosen, and what was found."""

    done: int
    left_out: int
    faults: tuple[Fault, ...]


def rerun(store: Store, count: int, *, trusted: bool) -> Rerun:
    """Do up to ``count`` runs of ``store`` again, drawn anew each time, and compare answers.

    Left out are runs that failed, that a language model had a part in, that were made elsewhere or
    by other code, and those that time may have ended: their answers need not come again.
    """
    plan, records = store.plan(), records_of(store)
    able = [slot for slot, record in records.items() if _comes_again(record)]
    repeat = repeat_of(store, [plan.runs[slot] for slot in able], trusted=trusted)
    same_code = [
        slot
        for slot, run in repeat.runs.items()
        if run.method.source == records[slot].run.method.source
    ]
    drawn = random.SystemRandom().sample(same_code, min(count, len(same_code)))
    runs = [repeat.runs[slot] for slot in sorted(drawn)]
    with tempfile.TemporaryDirectory(prefix="rediscover-") as folder:
        again = Store(Path(folder))
        execute(runs, repeat.datasets, again, LocalExecutor())
        faults = _compared(records, records_of(again))
    refused = [
        Fault.of("unchecked", "a run to be done again", why, "see to that, and verify again")
        for why in repeat.refused
    ]
    return Rerun(len(runs), len(records) - len(same_code), (*refused, *faults))


def _comes_again(record: Record) -> bool:
    budget, used = record.run.budget, record.resources
    cpu = budget.cpu_seconds
    in_time = used.wall_seconds < _SHARE * budget.seconds and (
        cpu is None or used.cpu_seconds < _SHARE * cpu
    )
    here = ELSEWHERE not in record.provenance
    return record.status == "ok" and not record.run.method.model and in_time and here


def _compared(before: Mapping[str, Record], after: Mapping[str, Record]) -> list[Fault]:
    return [
        Fault.of(
            "other discovery", before[slot].run.id, text,
            "delete its record and rediscover run makes it again, if its method is deterministic",
        )
        for slot, record in after.items()
        if (text := other_answer(before[slot], record))
    ]  # fmt: skip
