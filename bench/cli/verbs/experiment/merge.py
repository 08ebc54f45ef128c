"""``rediscover merge``: join the results of several machines."""

from __future__ import annotations

import argparse

from bench.basics.words import counted
from bench.cli import UserError
from bench.cli.unpacked import results_at


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.running.results.contents.holdings import Holdings
    from bench.running.results.contents.said import said_of
    from bench.running.results.merge import Contradiction, merge
    from bench.running.results.store import Store

    into = Store(arguments.output)
    with results_at(arguments.folders) as named:
        others = [one.store for one in named]
        try:
            merged = merge(into, others)
        except Contradiction as error:
            raise UserError(str(error), 1) from None
        for name, other, one in zip(arguments.folders, others, merged, strict=True):
            print(f"{name}: {counted(one.added, 'record')} added, {one.shared} there already")
            holdings = Holdings.of(other)
            for line in said_of(holdings, holdings.scores()):
                print(line)
    return 0
