"""Verify: all that can be looked at again of a results folder, and what is wrong with it."""

from __future__ import annotations

import random
from pathlib import Path

from bench.leaderboard.verification.fault import Verification
from bench.leaderboard.verification.filed import Filed
from bench.leaderboard.verification.planned import plan_faults
from bench.leaderboard.verification.sampled import Problems, sampled_faults
from bench.leaderboard.verification.tabled import table_faults
from bench.running.results.store import Store


def verify(
    store: Store,
    *,
    sample: int = 20,
    workers: int = 1,
    table: Path | None = None,
    problems: Problems | None = None,
    called: str | None = None,
) -> Verification:
    """Look at all of ``store`` again, and at ``sample`` runs, drawn anew each time, in full.

    Every file is read, whatever an index says. ``table`` is the leaderboard that is to be its;
    without it, those in the folder. ``problems`` are those that only the caller has. A folder
    that is ``called`` something was unpacked from somebody's archive: none of its paths is opened.
    Digests find damage and careless edits; who edits with care writes digests, too.
    """
    plan, trusted, name = store.plan(), called is None, called or str(store.folder)
    filed = Filed.of(store, name)
    count = min(sample, len(filed.sound))
    drawn = sorted(random.SystemRandom().sample(filed.sound, count))
    faults = [
        *plan_faults(store, plan, trusted=trusted),
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
