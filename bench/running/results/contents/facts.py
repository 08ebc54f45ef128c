"""What status and leaderboard want to know of a record and of a scorecard, read as all read them.

A file that cannot be read is a row, too: ``fault`` says why, and ``newer`` that it is no damage.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from bench.method import Answer
from bench.running.results.content import read_file
from bench.running.results.imported import ELSEWHERE
from bench.running.results.judging import answer_of, read_kept
from bench.running.results.plain import number
from bench.running.results.record import NewerRecord, Record, RecordError
from bench.running.results.store import read_record

RECORD: dict[str, type] = {
    "status": str, "source": str, "disclosure": str, "fault": str, "newer": bool,
    "unsealed": bool, "elsewhere": bool, "begun": float, "clock_seconds": float,
    "wall_seconds": float, "cpu_seconds": float, "memory_mb": float, "answer_cpu_seconds": float,
    "calls": float, "tokens": float, "money": float, "refused": float, "searches": float,
    "starved": bool, "answer": int, "digest": int,
}  # fmt: skip
"""The columns of records; ``answer`` and ``digest`` are 63 bits of a SHA-256."""

SCORE: dict[str, type] = {
    "kind": str, "judge": str, "lost": str, "fault": str, "newer": bool, "answer": int,
    "digest": int,
}  # fmt: skip
"""The columns of scorecards beside their values; ``lost`` are names of metrics, with blanks."""

CONTENT: dict[str, type] = {"fact": str, **dict.fromkeys("abcd", np.uint64)}
"""What a file says of one thing, and the four parts of the SHA-256 of all it says."""

Row = tuple[Any, ...]
OnRead = Callable[[Path, Record | RecordError], None]


def record_row(path: Path, on_read: OnRead = lambda path, found: None) -> Row:
    """The row of the record at ``path``, which is told to ``on_read``, or why there is none.

    Raises FileNotFoundError.
    """
    try:
        record = read_record(path)
    except RecordError as error:
        on_read(path, error)
        newer = isinstance(error, NewerRecord)
        nothing = (False, False, *[0.0] * 11, False, 0, 0)
        return ("", "", "", str(error), newer, *nothing)
    on_read(path, record)
    made_elsewhere = ELSEWHERE in record.provenance
    # One that nothing was started for has no seal, and needs none.
    sealed = record.provenance.get("seal", "full") == "full" and not made_elsewhere
    used = record.resources
    return (
        record.status, record.run.method.source, record.run.disclosure, "", False,
        not sealed, made_elsewhere, _begun(record), record.clock_seconds, used.wall_seconds,
        used.cpu_seconds, used.peak_memory_mb, _answered(record), *_asked(record),
        _searches(record), bool(used.starved), answer_bits(answer_of(record)),
        _bits(record.digest),
    )  # fmt: skip


def score_row(path: Path) -> tuple[Row, dict[str, float | None]]:
    """The row and the values of the scorecard at ``path``. Raises FileNotFoundError."""
    try:
        kept = read_kept(path)
    except RecordError as error:
        return ("", "", "", str(error), isinstance(error, NewerRecord), 0, 0), {}
    card = kept.card
    row = (
        card.kind, card.judge_version, " ".join(card.lost), "", False,
        answer_bits(card.answer), _bits(kept.run_digest),
    )  # fmt: skip
    return row, dict(card.values)


def content_row(path: Path, fact: re.Pattern[bytes]) -> tuple[Row, dict[str, float | None]]:
    """The digest of the file at ``path``, and what ``fact`` finds in it.

    Raises FileNotFoundError where it cannot be read, too.
    """
    try:
        content = read_file(str(path))
    except OSError as error:
        raise FileNotFoundError(str(path)) from error
    found = fact.search(content)
    said = found[1].decode() if found else ""
    return (said, *struct.unpack(">4Q", hashlib.sha256(content).digest())), {}


def answer_bits(answer: Answer | None) -> int:
    """What tells one answer from another."""
    plain = answer if isinstance(answer, str | None) else dict(answer)
    return _bits(hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest())


def _asked(record: Record) -> tuple[float, float, float, float]:
    """Calls, tokens and money that went to a language model, and what it wrote that could not be
    read; nan where none was to be asked, or nobody knows."""
    ledger = record.provenance.get("model")
    if not isinstance(ledger, Mapping):
        return (float("nan"),) * 4
    numbers = {name: number(value) for name, value in ledger.items()}
    tokens = [numbers.get("prompt_tokens"), numbers.get("completion_tokens")]
    total = sum(one or 0.0 for one in tokens)
    calls, money = numbers.get("calls"), numbers.get("money")
    unknown = float("nan")
    refused = {} if record.discovery is None else record.discovery.counts
    return (
        unknown if calls is None else calls, total, unknown if money is None else money,
        float(refused.get("refused", unknown)),
    )  # fmt: skip


def _searches(record: Record) -> float:
    """Searches for an integer relation; nan where nobody counted them."""
    counts = {} if record.discovery is None else record.discovery.counts
    return float(counts.get("searches", "nan"))


def _answered(record: Record) -> float:
    """CPU seconds until the answer was first reported, by its share of the wall seconds."""
    used, answer = record.resources, answer_of(record)
    if answer is None or not used.wall_seconds:
        return used.cpu_seconds
    times = (one.seconds for one in record.reports if one.expression == answer)
    return used.cpu_seconds * min(1.0, next(times, used.wall_seconds) / used.wall_seconds)


def _bits(digest: str) -> int:
    return int(digest[:16], 16) >> 1


def _begun(record: Record) -> float:
    try:
        return datetime.fromisoformat(str(record.provenance["begun"])).timestamp()
    except (KeyError, ValueError):
        return 0.0
