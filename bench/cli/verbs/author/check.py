"""``rediscover check``: does a method keep the contract?"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from bench.cli import UserError
from bench.cli.named import settings_of


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.authoring.conformance import check

    seconds: float = arguments.seconds
    if not 0 < seconds < 1e6:
        raise UserError(f"--seconds is {seconds:g}; it is a positive number of seconds for a run")
    settings = settings_of(arguments.name, rest) if rest else {}
    if arguments.json:
        report = check(arguments.name, seconds=seconds, settings=settings)
        print(json.dumps([asdict(finding) for finding in report.findings], indent=1))
        return report.exit_code
    report = check(
        arguments.name,
        seconds=seconds,
        settings=settings,
        on_finding=lambda finding: print(finding, flush=True),
    )
    print(report.text().rpartition("\n")[2])
    return report.exit_code
