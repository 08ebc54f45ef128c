"""``rediscover check``: does a method keep the contract?"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.authoring.conformance import check

    if arguments.json:
        report = check(arguments.name)
        print(json.dumps([asdict(finding) for finding in report.findings], indent=1))
        return report.exit_code
    report = check(arguments.name, on_finding=lambda finding: print(finding, flush=True))
    print(report.text().rpartition("\n")[2])
    return report.exit_code
