"""``rediscover status``: how far an experiment is."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.cli import UserError
from bench.cli.named import open_store
from bench.cli.screen import print_columns, say

if TYPE_CHECKING:
    from bench.running.results.contents.status import ExperimentStatus, MethodStatus


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.running.results.contents.status import experiment_status
    from bench.running.results.naming import NoSuchMethod

    try:
        status = experiment_status(open_store(arguments.folder), arguments.method)
    except NoSuchMethod as error:
        raise UserError(str(error)) from None
    if arguments.json:
        print(json.dumps(status.as_dict(), indent=1))
        return 0
    _print(status)
    return 0


def _print(status: ExperimentStatus) -> None:
    from bench.running.progress.counts import duration

    shown = [
        name
        for name in ("settings", "stale", "newer")
        if any(getattr(method, name) for method in status.methods)
    ]
    texts = ["method", *(name for name in shown if name == "settings")]
    more = [name for name in shown if name != "settings"]
    counts = ("planned", "ok", "failed", *more, "running", "left", "time left")
    rows = [_row(method, texts, more) for method in status.methods]
    print_columns((*texts, *counts), rows, counts)
    for run in status.running:
        say(f"running: {run.run_id} ({run.host}, process {run.pid})")
    for line in status.said:
        print(line)
    if "stale" in more:
        print("stale: made by other code; the same rediscover run with --rerun-stale does it again")
    if status.seconds_left:
        print(f"about {duration(status.seconds_left)} left")


def _row(method: MethodStatus, texts: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    from bench.running.progress.counts import duration

    failed = ", ".join(f"{n} {kind}" for kind, n in method.done.items() if kind != "ok")
    return (
        *(getattr(method, name) for name in texts), str(method.planned),
        str(method.done.get("ok", 0)), failed or "0", *(str(getattr(method, one)) for one in more),
        str(method.running), str(method.left),
        duration(method.seconds_left) if method.left else "-",
    )  # fmt: skip
