"""From records to scorecards: judged in processes of their own, and kept beside the records."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.problems.problem import Problem
from bench.running.record import Record
from bench.running.store import Store
from bench.scoring.pool import score_many
from bench.scoring.scorecard import Scorecard
from bench.scoring.steps import Item, ScoringLimits

Problems = Mapping[tuple[str, str], Problem]
"""Problems by dataset and name."""


@dataclass(frozen=True)
class Judged:
    """A scorecard, and the digest of the record it was made from."""

    record_digest: str
    expression: str | None
    card: Scorecard


def judge_records(
    store: Store,
    records: Sequence[Record],
    problems: Problems,
    *,
    limits: ScoringLimits,
    workers: int,
    again: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Score every record that has no scorecard of this judge yet; returns how many were scored.

    A scorecard is current while the record's digest and expression, and the judge's version, are
    those it was made with. One expression for one problem is judged once, however many records
    hold it. ``on_progress`` is told how many of how many are done. Records of problems that are
    not in ``problems`` are left alone.
    """
    todo = [r for r in records if _key(r) in problems and (again or not _current(store, r, limits))]
    groups: dict[tuple[str, str, int, str | None], list[Record]] = {}
    for record in todo:
        groups.setdefault((*_key(record), record.run.data_seed, expression_of(record)), []).append(
            record
        )
    items = (
        Item(expression, problems[dataset, name], data_seed)
        for dataset, name, data_seed, expression in groups
    )
    cards = score_many(items, workers=workers, limits=limits)
    done = 0
    for group, card in zip(groups.values(), cards, strict=True):
        for record in group:
            _write(store, record, card)
        done += len(group)
        on_progress(done, len(todo))
    return len(todo)


def expression_of(record: Record) -> str | None:
    """The expression a record is judged by: that of its discovery, whatever its status."""
    return None if record.discovery is None else record.discovery.best.expression


def read_score(store: Store, run_id: str) -> Judged | None:
    """The scorecard of a run, None where there is none that can be read."""
    try:
        value = json.loads(store.score_path(run_id).read_bytes())
        card = Scorecard.from_dict(value["card"])
        return Judged(value["record_digest"], value["expression"], card)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def raw_scores(store: Store, run_ids: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The scorecards of runs as plain JSON, for those who read a hundred thousand of them."""
    for run_id in run_ids:
        try:
            yield run_id, json.loads(store.score_path(run_id).read_bytes())
        except (OSError, ValueError):
            continue


def _key(record: Record) -> tuple[str, str]:
    return record.run.dataset, record.run.problem


def _current(store: Store, record: Record, limits: ScoringLimits) -> bool:
    judged = read_score(store, record.run.id)
    return (
        judged is not None
        and judged.record_digest == record.digest
        and judged.expression == expression_of(record)
        and judged.card.judge_version == limits.version
    )


def _write(store: Store, record: Record, card: Scorecard) -> None:
    value = {
        "record_digest": record.digest,
        "expression": expression_of(record),
        "card": card.as_dict(),
    }
    text = json.dumps(value, indent=1, allow_nan=False) + "\n"
    store.write_text(store.score_path(record.run.id), text)
