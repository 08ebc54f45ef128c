"""``rediscover prune``: take away what no plan of a results folder holds."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from bench.basics.paths import as_named
from bench.basics.words import counted
from bench.cli.named import open_store

_SHOWN = 20


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.running.results.contents.prune import prune, waste_in

    store = open_store(arguments.folder)
    waste = waste_in(store)
    removed = "to remove" if arguments.dry_run else "removed"
    for thing, paths in (
        ("record", waste.records),
        ("scorecard", waste.scores),
        ("log", waste.logs),
        ("temporary file", waste.temporary),
    ):
        _say(thing, paths, removed)
    if waste.lines:
        print(f"{counted(waste.lines, 'line')} of plan.jsonl that cannot be read: {removed}")
    if waste.kept:
        print(
            f"{counted(waste.kept, 'record')} kept: lines of plan.jsonl that are not read may hold "
            "them (rediscover run plans again what was asked for, before another prune)"
        )
    elif not waste.files and not waste.lines:
        print(f"nothing {removed}: the plan of {as_named(store.folder)} holds all there is")
    if not arguments.dry_run:
        prune(store, waste)
    return 0


def _say(thing: str, paths: Sequence[Path], removed: str) -> None:
    if paths:
        print(f"{counted(len(paths), thing)} {removed}:")
        for path in paths[:_SHOWN]:
            print(f"  {as_named(path)}")
        if len(paths) > _SHOWN:
            print(f"  and {len(paths) - _SHOWN} more")
