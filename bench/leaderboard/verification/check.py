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
) -> Verification:
    """Look at all of ``store`` again, and at ``sample`` runs, drawn anew each time, in full.

    Every file is read, whatever an index says. ``table`` is the leaderboard that is to be its;
    without it, the one in the folder. ``problems`` are those that only the caller has.
    Digests find damage and careless edits; who edits with care writes digests, too.
    """
    plan = store.plan()
    filed = Filed.of(store)
    count = min(sample, len(filed.sound))
    drawn = sorted(random.SystemRandom().sample(filed.sound, count))
    faults = [
        *plan_faults(store, plan),
        *filed.faults,
        *sampled_faults(filed, drawn, problems, workers),
        *table_faults(store, table or store.folder / "leaderboard.csv"),
    ]
    checked = {
        "planned": len(plan.runs),
        "records": len(filed.records) + len(filed.unread),
        "scorecards": len(filed.scores),
        "sampled": count,
    }
    return Verification(checked, faults)
