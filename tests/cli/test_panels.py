"""Panels from the command line: a market is run, judged and tabled like any other problem."""

from __future__ import annotations

import csv

from command_line import Command

RUN = (
    "run", "method=random_factors", "dataset=synthetic_market", "dataset.limit=1",
    "datasets.synthetic_market.assets=20", "datasets.synthetic_market.days=120",
    "budget.seconds=0.3", "executor.workers=1", "experiment=market",
)  # fmt: skip


def test_a_market_is_run_judged_and_tabled(command: Command) -> None:
    done = command(*RUN)
    assert done.code == 0 and "1/1 done, 0 failed" in done.out, done
    table = command("leaderboard", "results/market", "--format", "csv")
    (line,) = csv.DictReader(table.out.splitlines())
    assert (line["method"], line["planned"], line["ok"]) == ("random_factors", "1", "1"), line
    assert -1.0 <= float(line["rank_ic"]) <= 1.0 and float(line["pool_size"]) >= 1.0
    assert line["trees_rank_ic"] and line["recovered"], line
