"""From records to scorecards: judged in processes of their own, and kept beside the records."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.kinds import AnyProblem, item_of, kind_named
from bench.kinds.metrics import metrics_of
from bench.method import Answer
from bench.running.results.content import ContentError, check_content, read_file, with_content
from bench.running.results.plain import checked_text, unpacked
from bench.running.results.record import (
    EditedRecord,
    NewerRecord,
    Record,
    RecordError,
    check_schema,
)
from bench.running.results.store import Store
from bench.scoring.pool import score_many
from bench.scoring.scorecard import Scorecard
from bench.scoring.steps import ScoringLimits, judge_version

Problems = Mapping[tuple[str, str], AnyProblem]
"""Problems by dataset and name."""

_Question: TypeAlias = tuple[str, str, int, str, str]
"""Dataset, problem, data seed, answer and predictions as JSON: what a scorecard follows from."""
_Asker: TypeAlias = tuple[str, str]
"""A run's key and digest."""


SCHEMA = 2


@dataclass(frozen=True)
class KeptScore:
    """A scorecard, and the digest of the run it was made of: a file of ``scores/``."""

    run_digest: str
    card: Scorecard

    def to_json(self) -> str:
        """One JSON object."""
        value = {"schema": SCHEMA, "run_digest": self.run_digest, "card": self.card.as_dict()}
        return json.dumps(with_content(value), indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> KeptScore:
        """Inverse of ``to_json``.

        Raises RecordError for what is none, or was edited; NewerRecord for one of a newer schema.
        """
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise RecordError(f"the scorecard is cut off or damaged ({error})") from None
        check_schema(value, SCHEMA, "scorecard")
        try:
            check_content(value, "scorecard")
            return cls(checked_text(value["run_digest"]), Scorecard.from_dict(value["card"]))
        except ContentError as error:
            raise EditedRecord(str(error)) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RecordError(f"the scorecard has a wrong field: {error}") from None


def read_kept(path: Path) -> KeptScore:
    """The scorecard at ``path``: the one way in which scorecards are read.

    Raises RecordError where it cannot be read or believed, NewerRecord where a newer version made
    it, FileNotFoundError where there is none.
    """
    try:
        return KeptScore.from_json(read_file(str(path)))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise RecordError(error.strerror or str(error)) from None


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

    A scorecard is current while the record's digest and answer, and the judge's code and limits,
    are those it was made with. One answer to one problem is judged once, however many records
    hold it. ``on_progress`` is told how many of how many are done. Records of problems that are
    not in ``problems``, or not in that version, and those without data, are left alone. Of the
    records only what they are asked for is kept.
    """
    versions = judges_of(problems, limits)
    groups: dict[_Question, list[_Asker]] = {}
    for record in records:
        problem = problems.get(_key(record))
        if problem is None or not is_to_be_judged(record, problem):
            continue
        if again or not _current(store, record, versions[problem.kind]):
            groups.setdefault(_question(record), []).append((record.run.key, record.digest))
    items = (
        item_of(
            json.loads(answer), problems[dataset, name], data_seed, _values(json.loads(predicted))
        )
        for dataset, name, data_seed, answer, predicted in groups
    )
    cards = score_many(items, workers=workers, limits=limits)
    done, total = 0, sum(map(len, groups.values()))
    for askers, card in zip(groups.values(), cards, strict=True):
        for key, digest in askers:
            store.write_text(store.score_path(key), KeptScore(digest, card).to_json())
        done += len(askers)
        on_progress(done, total)
    return total


def is_to_be_judged(record: Record, problem: AnyProblem) -> bool:
    """Whether the method was asked at all, and on the data that the problem has now."""
    return record.status != "no_data" and problem.version == record.run.version


def judge_of(kind: str, limits: ScoringLimits) -> str:
    """What scorecards of ``kind`` that are made now follow from; see ``judge_version``."""
    return judge_version(kind_named(kind).scheme(), metrics_of(kind), limits)


def judges_of(problems: Problems, limits: ScoringLimits) -> dict[str, str]:
    """``judge_of`` each kind that ``problems`` are of."""
    return {kind: judge_of(kind, limits) for kind in {one.kind for one in problems.values()}}


def _question(record: Record) -> _Question:
    answer = json.dumps(answer_of(record), sort_keys=True)
    found = json.dumps(_packed_values(record), sort_keys=True)
    return (*_key(record), record.run.data_seed, answer, found)


def _packed_values(record: Record) -> dict[str, str]:
    return {} if record.discovery is None else dict(record.discovery.predicted)


def predicted_of(record: Record) -> dict[str, NDArray[np.float64]]:
    """What a record's predictor said, by split; a split whose values are damaged is left out."""
    return _values(_packed_values(record))


def _values(predicted: Mapping[str, str]) -> dict[str, NDArray[np.float64]]:
    found = {}
    for split, text in predicted.items():
        with contextlib.suppress(ValueError):
            found[split] = unpacked(text)
    return found


def answer_of(record: Record) -> Answer | None:
    """The answer a record is judged by: that of its discovery, whatever its status."""
    return None if record.discovery is None else record.discovery.best.expression


def read_score(store: Store, key: str) -> KeptScore | None:
    """The scorecard of a run, None where there is none that can be read."""
    try:
        return read_kept(store.score_path(key))
    except (RecordError, FileNotFoundError):
        return None


def _key(record: Record) -> tuple[str, str]:
    return record.run.dataset, record.run.problem


def _current(store: Store, record: Record, version: str) -> bool:
    """Whether the record's scorecard is of this judge, or of a newer one, which is left alone."""
    try:
        kept = read_kept(store.score_path(record.run.key))
    except NewerRecord:
        return True
    except (RecordError, FileNotFoundError):
        return False
    return (
        kept.run_digest == record.digest
        and kept.card.answer == answer_of(record)
        and kept.card.judge_version == version
    )
