#!/usr/bin/env python3
"""Which tests were skipped, and whether ``skips.txt`` allows the reason.

    skips.py list REPORT              the skipped tests, an id on a line, for ``pytest @FILE``
    skips.py check REPORT REPORT ...  fails where a test was skipped in every report that has it,
                                      for a reason that is not allowed

A report is what ``pytest --junit-xml=REPORT -o junit_family=xunit1`` writes.
"""

from __future__ import annotations

import ast
import os
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

ALLOWED = Path(__file__).with_name("skips.txt")
_UNLESS_ROOT = "unless root: "


def outcomes(report: str) -> dict[str, str | None]:
    """For each test of ``report``, or file skipped as a whole, why it was; None where it ran."""
    found: dict[str, str | None] = {}
    for case in ET.parse(report).iter("testcase"):
        skipped = case.find("skipped")
        file = str(case.get("file"))
        name = f"{file}::{case.get('name')}" if case.get("classname") else file
        found[name] = None if skipped is None else why(skipped)
    return found


def why(skipped: ET.Element) -> str:
    """The reason of a skip; of a whole file pytest writes it as the end of (path, line, reason)."""
    message = str(skipped.get("message"))
    if message != "collection skipped":
        return message
    return str(ast.literal_eval(str(skipped.text))[-1]).removeprefix("Skipped: ")


def never_run(reports: list[str]) -> dict[str, str]:
    """The tests that ran in no report, and why not, from the last that says."""
    found: dict[str, str] = {}
    ran: set[str] = set()
    for report in reports:
        for name, reason in outcomes(report).items():
            if reason is None:
                ran |= {name, name.partition("::")[0]}
            else:
                found[name] = reason
    return {name: reason for name, reason in found.items() if name not in ran}


def allowed_reasons() -> tuple[str, ...]:
    """The beginnings of the reasons that ``skips.txt`` allows on this machine."""
    lines = [line.strip() for line in ALLOWED.read_text(encoding="utf-8").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if os.geteuid() == 0:
        return tuple(line for line in lines if not line.startswith(_UNLESS_ROOT))
    return tuple(line.removeprefix(_UNLESS_ROOT) for line in lines)


def main(action: str, *reports: str) -> int:
    if action == "list":
        print("\n".join(never_run(list(reports))))
        return 0
    allowed = allowed_reasons()
    refused = 0
    for name, reason in sorted(never_run(list(reports)).items()):
        good = reason.startswith(allowed)
        refused += not good
        print(f"{'allowed' if good else 'REFUSED'}  {name}: {reason}")
    if refused:
        print(f"{refused} tests never ran; a reason that CI must accept belongs in {ALLOWED}")
    return int(bool(refused))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
