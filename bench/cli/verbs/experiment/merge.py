"""``rediscover merge``: join the results of several machines."""

from __future__ import annotations

import argparse

from bench.basics.words import counted
from bench.cli import UserError
from bench.cli.named import open_store


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.running.results.merge import Contradiction, merge
    from bench.running.results.record import RecordError
    from bench.running.results.store import Store

    into = Store(arguments.output)
    try:
        for folder in arguments.folders:
            merged = merge(into, open_store(folder))
            print(
                f"{folder}: {counted(merged.added, 'record')} added, {merged.shared} there already"
            )
    except (Contradiction, RecordError) as error:
        raise UserError(str(error), 1) from None
    return 0
