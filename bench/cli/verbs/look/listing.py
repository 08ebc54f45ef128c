"""``rediscover list``: the methods, datasets, metrics or rules there are."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from typing import Any

from bench.cli.named import all_methods
from bench.cli.screen import print_columns


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    entries = LISTED[arguments.what]()
    if arguments.json:
        print(json.dumps(entries, indent=1))
        return 0
    _print(entries)
    return 0


def _methods() -> list[dict[str, Any]]:
    return [
        {
            "name": entry.name,
            "summary": entry.summary,
            "origin": entry.origin,
            "target": entry.target,
        }
        for entry in all_methods().values()
    ]


def _datasets() -> list[dict[str, Any]]:
    from bench.kinds.summaries import summaries

    return [
        {
            "name": one.name,
            "problems": one.problems,
            "title": one.title,
            "truth": _truth(one.problems, one.truths),
            "source": one.source,
            "licence": one.licence,
        }
        for one in summaries()
    ]


def _metrics() -> list[dict[str, Any]]:
    from bench.kinds.metrics import all_metrics

    return [
        {
            "name": metric.name,
            "question": metric.question,
            "summary": metric.summary,
            "better": metric.better,
            "kinds": ", ".join(metric.kinds),
            "origin": metric.origin,
        }
        for metric in all_metrics()
    ]


def _rules() -> list[dict[str, Any]]:
    from bench.scoring.rules import all_rules

    return [
        {"name": rule.name, "question": rule.question, "origin": rule.origin}
        for rule in all_rules().values()
    ]


LISTED: Mapping[str, Callable[[], list[dict[str, Any]]]] = {
    "methods": _methods,
    "datasets": _datasets,
    "metrics": _metrics,
    "rules": _rules,
}


def _truth(problems: int | None, truths: int | None) -> str:
    """Of how many problems the law is known, in a word where it is all or none."""
    if truths == problems:
        return "known"
    return "unknown" if truths == 0 else f"known of {truths}"


def _print(entries: list[dict[str, Any]]) -> None:
    names = [name for name in (entries[0] if entries else {}) if name != "target"]
    print_columns(
        names, ([_cell(entry[name]) for name in names] for entry in entries), ["problems"]
    )


def _cell(value: Any) -> str:
    if value is None:
        return "as many as asked for"
    return str(value)
