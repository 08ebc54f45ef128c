"""Verify: all that can be looked at again of a results folder, and what is wrong with it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.leaderboard.verification.fault import Fault, Verification, Word
from bench.leaderboard.verification.filed import Filed
from bench.leaderboard.verification.planned import plan_faults
from bench.leaderboard.verification.sampled import Problems, sampled_faults
from bench.leaderboard.verification.tabled import table_faults
from bench.running.results.content import ContentError
from bench.running.results.lock import lock_path, unread_lines
from bench.running.results.store import Store


def _lock_faults(store: Store) -> Iterator[Fault]:
    """Lines of the lock of the environment that are damaged or edited."""
    for number, error in unread_lines(store).items():
        word: Word = "edited" if isinstance(error, ContentError) else "damaged"
        yield Fault.of(
            word, f"{lock_path(store).name}, line {number}", error,
            "delete the line; the next rediscover run adds that of its own environment",
        )  # fmt: skip


def verify(
    store: Store,
    *,
    sample: int = 20,
    workers: int = 1,
    table: Path | None = None,
    problems: Problems | None = None,
    called: str | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Verification:
    """Look at all of ``store`` again, and at ``sample`` runs, drawn anew each time, in full.

    Every file is read, whatever an index says. ``table`` is the leaderboard that is to be its;
    without it, those in the folder. ``problems`` are those that only the caller has. A folder
    that is ``called`` something was unpacked from somebody's archive: none of its paths is opened.
    ``on_progress`` is told how many of how many files have been read.
    Digests find damage and careless edits; who edits with care writes digests, too.
    """
    plan, trusted, name = store.plan(), called is None, called or str(store.folder)
    filed = Filed.of(store, name, on_progress)
    count = min(sample, len(filed.sound))
    drawn = sorted(random.SystemRandom().sample(filed.sound, count))
    faults = [
        *plan_faults(store, plan, trusted=trusted),
        *_lock_faults(store),
        *filed.faults,
        *sampled_faults(filed, drawn, problems, workers, trusted=trusted),
        *table_faults(store, table, name),
    ]
    checked = {
        "planned": len(plan.runs),
        "pending": int(filed.coverage.pending.sum()),
        "records": len(filed.records) + len(filed.unread),
        "scorecards": len(filed.scores),
        "sampled": count,
    }
    return Verification(checked, faults)
