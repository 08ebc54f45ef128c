"""``rediscover status``: how far an experiment is."""

from __future__ import annotations

import argparse
import json

from bench.cli.named import open_store
from bench.cli.screen import print_columns


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.running.results.status import experiment_status

    status = experiment_status(open_store(arguments.folder))
    if arguments.json:
        print(json.dumps(status.as_dict(), indent=1))
        return 0
    _print(status)
    return 0


def _print(status: object) -> None:
    from bench.running.progress.counts import duration
    from bench.running.results.status import ExperimentStatus

    assert isinstance(status, ExperimentStatus)
    counts = ("planned", "ok", "failed", "running", "left", "time left")
    rows = []
    for method in status.methods:
        failed = ", ".join(f"{n} {kind}" for kind, n in method.done.items() if kind != "ok")
        left = duration(method.seconds_left) if method.left else "-"
        rows.append((
            method.method, str(method.planned), str(method.done.get("ok", 0)),
            failed or "0", str(method.running), str(method.left), left,
        ))  # fmt: skip
    print_columns(("method", *counts), rows, counts)
    for run in status.running:
        print(f"running: {run.run_id} ({run.host}, process {run.pid})")
    for path, reason in status.damaged.items():
        print(f"damaged, will be redone: {path}: {reason}")
    for path, reason in status.strays.items():
        print(f"damaged, and of no run that is planned here; delete it: {path}: {reason}")
    if status.seconds_left:
        print(f"about {duration(status.seconds_left)} left")
