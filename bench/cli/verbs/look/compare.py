"""``rediscover compare``: are the differences between methods more than chance?"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.cli import UserError
from bench.cli.screen import print_columns, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.leaderboard.comparison import Contest, Contests
    from bench.leaderboard.memorisation import Gap
    from bench.leaderboard.statistics.paired import Difference
    from bench.leaderboard.statistics.ranks import Ranks

_HEADER = ("first", "second", "problems", "difference", "won", "lost", "tied", "test", "p", "Holm",
           "better")  # fmt: skip
_NUMBERS = ("problems", "won", "lost", "tied", "p", "Holm")


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.leaderboard import LeaderboardError
    from bench.leaderboard.comparison import compare_methods
    from bench.leaderboard.rows import read_rows

    try:
        read = read_rows([Path(arguments.folder)])
        for line in read.said:
            print(line, file=sys.stderr)
        if arguments.twins:
            _show_gaps(read.frame, arguments)
            return 0
        found = compare_methods(read.frame, arguments.methods, arguments.metric)
    except LeaderboardError as error:
        raise UserError(str(error)) from None
    if arguments.json:
        print(json.dumps(_plain(found), indent=1))
    else:
        _print(found)
    return 0


def _show_gaps(rows: Any, arguments: argparse.Namespace) -> None:
    from bench.leaderboard.memorisation import PROBE, memorisation_gaps

    measure, gaps = memorisation_gaps(rows, arguments.methods, arguments.metric)
    if arguments.json:
        plain = [{name: _known(value) for name, value in asdict(gap).items()} for gap in gaps]
        for one in plain:
            one["difference"] = {name: _known(value) for name, value in one["difference"].items()}
        print(json.dumps({"measure": measure.name, "gaps": plain}, indent=1))
        return
    say(f"memorisation gap, published less twin, by {measure.name}: {measure.meaning}")
    header = ("method", "twin", "problems", "published", "twins", "gap", "p", "solved", "recalled")
    print_columns(header, [_gap_cells(gap) for gap in gaps], header[2:])
    if gaps[0].solved is None:
        print(f"no probe: {PROBE}, which shows the model no data, has not run here")


def _gap_cells(gap: Gap) -> tuple[str, ...]:
    one = gap.difference
    counts = ("-" if count is None else str(count) for count in (gap.solved, gap.recalled))
    return (
        gap.method, gap.kind, str(one.problems), f"{gap.published:.3f}", f"{gap.twins:.3f}",
        _with_interval(one), _p(one.p), *counts,
    )  # fmt: skip


def _print(found: Contests) -> None:
    say(f"by {found.measure.name}: {found.measure.meaning}")
    if found.pairs:
        print_columns(_HEADER, [_cells(found, pair) for pair in found.pairs], _NUMBERS)
    else:
        count = len(found.methods)
        pairs = f"{count} methods are {math.comb(count, 2)} pairs"
        print(f"{pairs}, of which none is compared: name those that you mean")
    for pair in found.pairs:
        _print_alone(pair)
    if found.ranks is not None:
        _print_ranks(found.methods, found.ranks)


def _cells(found: Contests, pair: Contest) -> tuple[str, ...]:
    one = pair.difference
    return (
        pair.first, pair.second, str(one.problems), _with_interval(one), str(one.won),
        str(one.lost), str(one.tied), one.test, _p(one.p), _p(pair.p),
        found.better(pair) or "not shown",
    )  # fmt: skip


def _with_interval(one: Difference) -> str:
    if math.isnan(one.difference):
        return "-"
    if math.isnan(one.low):
        return f"{one.difference:+.3f}"
    return f"{one.difference:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"


def _p(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2g}"


def _print_alone(pair: Contest) -> None:
    for name, count in zip((pair.first, pair.second), pair.alone, strict=True):
        if count:
            other = pair.second if name == pair.first else pair.first
            runs = "1 run" if count == 1 else f"{count} runs"
            say(f"left out: {runs} of {name} that {other} has not done")


def _print_ranks(methods: Sequence[str], ranks: Ranks) -> None:
    order = sorted(range(len(methods)), key=lambda one: ranks.mean[one])
    listed = ", ".join(f"{methods[one]} {ranks.mean[one]:.2f}" for one in order)
    say(f"mean ranks over {ranks.problems} problems: {listed}")
    print(
        f"Friedman's test: p = {_p(ranks.p)}; critical difference of mean ranks: "
        f"{ranks.critical:.2f} (Nemenyi, 5 %)"
    )
    for members in ranks.alike:
        say(f"not told apart by ranks: {', '.join(methods[one] for one in members)}")


def _plain(found: Contests) -> dict[str, Any]:
    """For machines; what is not known is null."""
    pairs = [
        {
            "first": pair.first,
            "second": pair.second,
            "better": found.better(pair) or None,
            **{name: _known(value) for name, value in asdict(pair.difference).items()},
            "p_holm": _known(pair.p),
            "alone": list(pair.alone),
        }
        for pair in found.pairs
    ]
    return {
        "measure": found.measure.name,
        "pairs": pairs,
        "ranks": None if found.ranks is None else _plain_ranks(found.methods, found.ranks),
    }


def _plain_ranks(methods: Sequence[str], ranks: Ranks) -> dict[str, Any]:
    return {
        "problems": ranks.problems,
        "mean": dict(zip(methods, ranks.mean, strict=True)),
        "friedman_p": ranks.p,
        "critical_difference": ranks.critical,
        "alike": [[methods[one] for one in members] for members in ranks.alike],
    }


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
