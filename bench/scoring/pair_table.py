"""Judged pairs as a CSV file that survives an interruption."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.scoring.equivalence.rules import RULES
from bench.scoring.ned.form_cache import FormCache
from bench.scoring.pairs import Pair, judge_pairs
from bench.scoring.scorecard import Scorecard
from bench.scoring.steps import ScoringLimits

COLUMNS = ("ned", *RULES, "reason", "witness", "seconds")


def judge_file(
    pairs: Sequence[Pair],
    out: Path,
    *,
    workers: int = 1,
    limits: ScoringLimits | None = None,
    forms: FormCache | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> None:
    """Judge ``pairs`` into the CSV file ``out``, with ``COLUMNS``, in the same order.

    What is finished stands in ``out`` with ``.partial`` added to its name until all is; the same
    call after an interruption goes on from there. ``on_progress`` is called with the number
    of rows that are safe, those of the earlier call among them.
    """
    limits = limits or ScoringLimits()
    partial = out.with_name(out.name + ".partial")
    rows = _resume(partial, _digest(pairs, limits), len(pairs))
    done = len(rows)
    with partial.open("a", encoding="utf-8") as journal:
        for card in judge_pairs(pairs[done:], workers=workers, limits=limits, forms=forms):
            rows.append(row_of(card))
            journal.write(json.dumps(rows[-1]) + "\n")
            journal.flush()
            if on_progress is not None:
                on_progress(len(rows))
    _write_table(out, rows)
    partial.unlink()


def row_of(card: Scorecard) -> dict[str, str]:
    """A scorecard as a row of ``COLUMNS``; the reasons by rule where they differ."""
    reasons = {rule: str(card.verdicts[rule]["reason"]) for rule in RULES}
    parts = [f"{rule}: {reason}" for rule, reason in reasons.items()]
    if len(set(reasons.values())) == 1:
        parts = [next(iter(reasons.values()))]
    if card.edit is not None and card.edit.reason not in ("", *reasons.values()):
        parts.append(f"ned: {card.edit.reason}")
    witnesses = [card.verdicts[rule]["witness"] for rule in RULES]
    witness = next((witness for witness in witnesses if witness), None)
    return {
        "ned": repr(card.ned),
        **{rule: str(card.answer(rule)) for rule in RULES},
        "reason": "; ".join(parts),
        "witness": "" if witness is None else json.dumps(witness),
        "seconds": f"{sum(card.seconds.values()):.6f}",
    }


def _digest(pairs: Sequence[Pair], limits: ScoringLimits) -> str:
    """What makes results the same: texts, domains, limits, and the version of the judge."""
    sha = hashlib.sha256(limits.version.encode())
    for one in pairs:
        sha.update(repr((one.prediction, one.problem.truth, one.problem.domain)).encode())
    return sha.hexdigest()


def _resume(partial: Path, digest: str, most: int) -> list[dict[str, str]]:
    """The rows of an earlier, interrupted call; the journal is begun anew where it is another's.

    Whatever follows the last whole line was cut off in the middle of writing.
    """
    heading = {"digest": digest}
    rows: list[dict[str, str]] = []
    try:
        lines = partial.read_text(encoding="utf-8").split("\n")[:-1]
        records = [json.loads(line) for line in lines]
        if records and records[0] == heading:
            rows = [_checked(record) for record in records[1 : most + 1]]
    except (OSError, ValueError, TypeError):
        rows = []
    text = "".join(json.dumps(record) + "\n" for record in (heading, *rows))
    _replace_file(partial, text)
    return rows


def _checked(record: Mapping[str, Any]) -> dict[str, str]:
    if set(record) != set(COLUMNS):
        raise ValueError("not a row of results")
    return {name: str(record[name]) for name in COLUMNS}


def _write_table(out: Path, rows: Sequence[Mapping[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    _replace_file(out, text.getvalue())


def _replace_file(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
