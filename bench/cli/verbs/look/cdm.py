"""``rediscover cdm``: how alike do formulas in LaTeX look? A file of them."""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.basics.files import write_whole
from bench.basics.words import counted
from bench.cli import UserError
from bench.scoring.cdm import FAR, NEAR, NotTypeset, cdm, typeset_latex
from bench.scoring.predictions import CsvError, CsvRow, read_rows


@dataclass(frozen=True)
class _RowAnswer:
    """What is said of a row; no numbers where its truth cannot be typeset."""

    cdm: float | None = None
    cdm8: float | None = None
    recall: float | None = None
    precision: float | None = None
    reason: str = ""


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    try:
        rows = read_rows(Path(arguments.file), ("prediction", "truth"), {})
        answers = [_answer(row) for row in rows]
    except (CsvError, ImportError) as error:
        raise UserError(str(error)) from None
    if not answers:
        raise UserError(f"{arguments.file} has no rows under its header")
    if arguments.output:
        write_whole(Path(arguments.output), _table(answers).encode())
    if arguments.json:
        print(json.dumps({**_summary(answers), "rows": [vars(one) for one in answers]}, indent=1))
    else:
        _print(answers, rows)
    return 0


def _answer(row: CsvRow) -> _RowAnswer:
    prediction, truth = row["prediction"], row["truth"]
    try:
        far, near = cdm(prediction, truth, FAR), cdm(prediction, truth, NEAR)
    except NotTypeset as error:
        return _RowAnswer(reason=f"left out: the truth: {error}")
    reason = ""
    try:
        typeset_latex(prediction)
    except NotTypeset as error:
        reason = f"the prediction: {error}"
    return _RowAnswer(far.f1, near.f1, round(far.recall, 3), round(far.precision, 3), reason)


def _summary(answers: Sequence[_RowAnswer]) -> dict[str, float | int | None]:
    scores = [(one.cdm, one.cdm8) for one in answers if one.cdm is not None]
    counts = {"rows": len(answers), "left_out": len(answers) - len(scores)}
    far = [cdm for cdm, _ in scores]
    near = [cdm8 for _, cdm8 in scores if cdm8 is not None]
    if not scores:
        return {**counts, "cdm": None, "cdm8": None, "exprate": None}
    return {
        **counts, "cdm": sum(far) / len(far), "cdm8": sum(near) / len(near),
        "exprate": sum(one == 1.0 for one in far) / len(far),
    }  # fmt: skip


def _print(answers: Sequence[_RowAnswer], rows: Sequence[CsvRow]) -> None:
    for one, row in zip(answers, rows, strict=True):
        if one.reason:
            print(f"row {row.number}: {one.reason}")
    found = _summary(answers)
    left = f", {found['left_out']} left out" if found["left_out"] else ""
    if found["cdm"] is None:
        print(f"{counted(len(answers), 'formula')}{left}")
        return
    print(
        f"{counted(len(answers), 'formula')}{left}: CDM {found['cdm']:.3f}, "
        f"within 8 pixels {found['cdm8']:.3f}, ExpRate@CDM {found['exprate']:.3f}"
    )


def _table(answers: Sequence[_RowAnswer]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(vars(_RowAnswer())), lineterminator="\n")
    writer.writeheader()
    writer.writerows(vars(one) for one in answers)
    return text.getvalue()
