"""From records to scorecards: judged in processes of their own, and kept beside the records."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.kinds import AnyProblem, item_of
from bench.kinds.metrics import metrics_of
from bench.method import Answer
from bench.running.results.plain import unpacked
from bench.running.results.record import Record
from bench.running.results.store import Store
from bench.scoring.pool import score_many
from bench.scoring.scorecard import Scorecard
from bench.scoring.steps import ScoringLimits, judge_version

Problems = Mapping[tuple[str, str], AnyProblem]
"""Problems by dataset and name."""

_Question: TypeAlias = tuple[str, str, int, str, str]
"""Dataset, problem, data seed, answer and predictions as JSON: what a scorecard follows from."""
_Asker: TypeAlias = tuple[str, str]
"""A run's id, and the digest of its record."""


@dataclass(frozen=True)
class KeptScore:
    """A scorecard, and the digest of the record it was made from: a file of ``scores/``."""

    record_digest: str
    card: Scorecard

    def to_json(self) -> str:
        """One JSON object."""
        value = {"record_digest": self.record_digest, "card": self.card.as_dict()}
        return json.dumps(value, indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> KeptScore:
        """Inverse of ``to_json``. Raises what reading something else raises: see ``read_score``."""
        value = json.loads(text)
        return cls(value["record_digest"], Scorecard.from_dict(value["card"]))


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

    A scorecard is current while the record's digest and answer, and the judge's version, are
    those it was made with. One answer to one problem is judged once, however many records
    hold it. ``on_progress`` is told how many of how many are done. Records of problems that are
    not in ``problems``, and those without data, are left alone. Of the records only what they are
    asked for is kept.
    """
    kinds = {problem.kind for problem in problems.values()}
    versions = {kind: judge_version(metrics_of(kind), limits) for kind in kinds}
    groups: dict[_Question, list[_Asker]] = {}
    for record in records:
        problem = problems.get(_key(record))
        if problem is None or record.status == "no_data":
            continue  # without data nothing was asked of the method
        if again or not _current(store, record, versions[problem.kind]):
            groups.setdefault(_question(record), []).append((record.run.id, record.digest))
    items = (
        item_of(json.loads(answer), problems[dataset, name], data_seed, _values(predicted))
        for dataset, name, data_seed, answer, predicted in groups
    )
    cards = score_many(items, workers=workers, limits=limits)
    done, total = 0, sum(map(len, groups.values()))
    for askers, card in zip(groups.values(), cards, strict=True):
        for run_id, digest in askers:
            store.write_text(store.score_path(run_id), KeptScore(digest, card).to_json())
        done += len(askers)
        on_progress(done, total)
    return total


def _question(record: Record) -> _Question:
    answer = json.dumps(answer_of(record), sort_keys=True)
    found = {} if record.discovery is None else dict(record.discovery.predicted)
    return (*_key(record), record.run.data_seed, answer, json.dumps(found, sort_keys=True))


def _values(predicted: str) -> dict[str, NDArray[np.float64]]:
    """What a model predicted, by split; a split whose values are damaged is left out."""
    found = {}
    for split, text in json.loads(predicted).items():
        with contextlib.suppress(ValueError):
            found[split] = unpacked(text)
    return found


def answer_of(record: Record) -> Answer | None:
    """The answer a record is judged by: that of its discovery, whatever its status."""
    return None if record.discovery is None else record.discovery.best.expression


def read_score(store: Store, run_id: str) -> KeptScore | None:
    """The scorecard of a run, None where there is none that can be read."""
    try:
        return KeptScore.from_json(store.score_path(run_id).read_bytes())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _key(record: Record) -> tuple[str, str]:
    return record.run.dataset, record.run.problem


def _current(store: Store, record: Record, version: str) -> bool:
    kept = read_score(store, record.run.id)
    return (
        kept is not None
        and kept.record_digest == record.digest
        and kept.card.answer == answer_of(record)
        and kept.card.judge_version == version
    )
