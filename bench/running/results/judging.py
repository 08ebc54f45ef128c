"""From records to scorecards: judged in processes of their own, and kept beside the records."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bench.problems.problem import Problem
from bench.running.results.record import Record
from bench.running.results.store import Store
from bench.scoring.pool import score_many
from bench.scoring.scorecard import Scorecard
from bench.scoring.steps import Item, ScoringLimits

Problems = Mapping[tuple[str, str], Problem]
"""Problems by dataset and name."""


_Question: TypeAlias = tuple[str, str, int, str | None]
"""Dataset, problem, data seed and expression: what a scorecard follows from."""
_Asker: TypeAlias = tuple[str, str]
"""A run's id, and the digest of its record."""


@dataclass(frozen=True)
class KeptScore:
    """A scorecard, and the digest of the record it was made from."""

    record_digest: str
    expression: str | None
    card: Scorecard


def judge_records(
    store: Store,
    records: Iterable[Record],
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
    not in ``problems``, and those without data, are left alone. Of the records only what they are
    asked for is kept.
    """
    groups: dict[_Question, list[_Asker]] = {}
    for record in records:
        if record.status == "no_data":
            continue  # nothing was asked of the method
        if _key(record) in problems and (again or not _current(store, record, limits)):
            question = (*_key(record), record.run.data_seed, expression_of(record))
            groups.setdefault(question, []).append((record.run.id, record.digest))
    items = (
        Item(expression, problems[dataset, name], data_seed)
        for dataset, name, data_seed, expression in groups
    )
    cards = score_many(items, workers=workers, limits=limits)
    done, total = 0, sum(map(len, groups.values()))
    for askers, card in zip(groups.values(), cards, strict=True):
        for asker in askers:
            _write(store, asker, card)
        done += len(askers)
        on_progress(done, total)
    return total


def expression_of(record: Record) -> str | None:
    """The expression a record is judged by: that of its discovery, whatever its status."""
    answer = None if record.discovery is None else record.discovery.best.expression
    return answer if answer is None or isinstance(answer, str) else json.dumps(answer)


def read_score(store: Store, run_id: str) -> KeptScore | None:
    """The scorecard of a run, None where there is none that can be read."""
    try:
        value = json.loads(store.score_path(run_id).read_bytes())
        card = Scorecard.from_dict(value["card"])
        return KeptScore(value["record_digest"], value["expression"], card)
    except (OSError, ValueError, KeyError, TypeError):
        return None


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


def _write(store: Store, asker: _Asker, card: Scorecard) -> None:
    run_id, digest = asker
    value = {"record_digest": digest, "expression": card.expression, "card": card.as_dict()}
    text = json.dumps(value, indent=1, allow_nan=False) + "\n"
    store.write_text(store.score_path(run_id), text)
