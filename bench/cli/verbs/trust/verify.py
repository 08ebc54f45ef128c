"""``rediscover verify``: is a results folder what it was, and its table right?"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from bench.basics.words import counted
from bench.cli import UserError
from bench.running.limits import processors
from bench.running.results.store import Store

if TYPE_CHECKING:
    from bench.leaderboard.verification.fault import Verification

_SHOWN = 20
"""Lines for each fault; ``--json`` has them all."""


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.leaderboard.verification.check import verify

    if arguments.sample < 0:
        raise UserError(f"--sample is {arguments.sample}; it is a number of runs, from 0")
    store, table = _target(arguments.path)
    report = verify(store, sample=arguments.sample, workers=processors(), table=table)
    if arguments.json:
        print(json.dumps(report.as_dict(), indent=1))
    else:
        _print(report)
    return 1 if report.faults else 0


def _target(path: str) -> tuple[Store, Path | None]:
    """The results folder that ``path`` names, and the table where that is a file in it."""
    place = Path(path)
    if place.is_dir():
        store = Store(place)
        if not store.plan_path.exists() and not store.records_folder.is_dir():
            raise UserError(f"'{path}' holds no results: it has neither plan.jsonl nor records/")
        return store, None
    if not place.exists():
        raise UserError(f"'{path}' is not there; give a results folder, or its leaderboard.csv")
    if not (place.parent / "plan.jsonl").exists():
        raise UserError(
            f"'{path}' stands alone: its results folder is needed, with plan.jsonl, records/ and "
            "scores/ beside it; give that, or put the table there"
        )
    return Store(place.parent), place


def _print(report: Verification) -> None:
    told: Counter[str] = Counter()
    for fault in report.faults:
        told[fault.word] += 1
        if told[fault.word] <= _SHOWN:
            print(fault)
    for word, count in told.items():
        if count > _SHOWN:
            print(f"{word}: {count - _SHOWN} more (--json lists all)")
    seen = report.checked
    print(
        f"{counted(seen['planned'], 'run')} planned; {counted(seen['records'], 'record')} and "
        f"{counted(seen['scorecards'], 'scorecard')} read; "
        f"{counted(seen['sampled'], 'run')} looked at again"
    )
    faults = ", ".join(f"{count} {word}" for word, count in told.items())
    print(f"found: {faults}" if faults else "nothing is wrong")
