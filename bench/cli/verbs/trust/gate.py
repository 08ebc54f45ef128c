"""``rediscover gate``: fail where a method is worse than it was, beyond chance and a margin."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.basics.words import counted
from bench.cli import UserError
from bench.cli.screen import print_columns, say
from bench.cli.unpacked import results_at

if TYPE_CHECKING:
    from bench.leaderboard.gate import Passage, Passages

_HEADER = ("method", "problems", "change", "p (Holm)", "outcome")
_POINTS = "pp"


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.leaderboard import LeaderboardError
    from bench.leaderboard.gate import passages

    margin = _margin(arguments.fail_if_worse)
    with results_at([arguments.old, arguments.new]) as named:
        old, new = (Path(one.store.folder) for one in named)
        try:
            found = passages(old, new, arguments.metric)
        except LeaderboardError as error:
            raise UserError(str(error)) from None
    if arguments.fail_if_worse.endswith(_POINTS) and found.measure.kind != "rate":
        raise UserError(
            f"{found.measure.name} is no share: write the margin as a number, --fail-if-worse 0.1"
        )
    if arguments.json:
        print(json.dumps(_plain(found, margin), indent=1))
    else:
        _print(found, margin, arguments.fail_if_worse)
    return 1 if _failing(found, margin) else 0


def _margin(text: str) -> float:
    """``2pp`` is 0.02; a number is itself."""
    number = text.removesuffix(_POINTS)
    try:
        value = float(number) / (100 if text.endswith(_POINTS) else 1)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise UserError(
            f"--fail-if-worse is '{text}'; write percentage points, 2pp, or a number from 0"
        )
    return value


def _failing(found: Passages, margin: float) -> Sequence[Passage]:
    return [one for one in found.methods if one.outcome(margin) in ("worse", "missing")]


def _print(found: Passages, margin: float, text: str) -> None:
    for line in found.said:
        say(line)
    print(
        f"by {found.measure.name}, new less old, more is better. A method fails if its whole 95 % "
        f"interval lies below -{text} and p < 0.05, or if runs are missing"
    )
    print_columns(_HEADER, [_cells(one, margin) for one in found.methods], _HEADER[1:2])
    for one in found.methods:
        if one.missing:
            say(f"{one.method}: {counted(one.missing, 'run')} of the old results not in the new")
        if one.left_out:
            say(f"{one.method}: left out, {counted(one.left_out, 'run')} of the new results alone")
    failing = _failing(found, margin)
    say(f"failed: {', '.join(one.method for one in failing)}" if failing else "passed")


def _cells(one: Passage, margin: float) -> tuple[str, ...]:
    gain = one.gain
    change = "-" if math.isnan(gain.difference) else f"{gain.difference:+.3f}"
    interval = "" if math.isnan(gain.low) else f" [{gain.low:+.3f}, {gain.high:+.3f}]"
    p = "-" if math.isnan(one.p) else f"{one.p:.2g}"
    return one.method, str(gain.problems), change + interval, p, one.outcome(margin)


def _plain(found: Passages, margin: float) -> dict[str, Any]:
    """For machines; what is not known is null."""
    methods = [
        {
            "method": one.method,
            "outcome": one.outcome(margin),
            **{name: _known(value) for name, value in asdict(one.gain).items()},
            "p_holm": _known(one.p),
            "missing": one.missing,
            "left_out": one.left_out,
        }
        for one in found.methods
    ]
    return {
        "measure": found.measure.name, "margin": margin, "failed": bool(_failing(found, margin)),
        "methods": methods, "said": list(found.said),
    }  # fmt: skip


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
