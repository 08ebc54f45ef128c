"""``rediscover judge``: is this expression the law? One pair, or a file of them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.basics.words import counted
from bench.cli import UserError
from bench.cli.named import find_problem, load_named
from bench.expression import ParseError, read
from bench.scoring.pairs import (
    NO_PAIR,
    TABLE,
    Pair,
    first_witness,
    judge_file,
    judge_pairs,
    pair,
    read_pairs,
)
from bench.scoring.pool import ScoringError
from bench.scoring.predictions import CsvError
from bench.scoring.rules import all_rules
from bench.scoring.scorecard import Scorecard, plain_json
from bench.scoring.steps import ScoringLimits

if TYPE_CHECKING:
    from bench.problems.problem import Problem
    from bench.scoring.equivalence.verdict import Witness


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    limits = ScoringLimits(prove=arguments.prove)
    if arguments.explain and (arguments.pairs or arguments.json or arguments.prove):
        raise UserError("--explain is for one pair, in words: leave out --pairs, --json, --prove")
    if arguments.pairs:
        return _judge_file(arguments, limits)
    return _judge_one(arguments, limits)


def _judge_one(arguments: argparse.Namespace, limits: ScoringLimits) -> int:
    texts, problem = arguments.texts, _problem(arguments.problem)
    wanted = 1 if problem is not None and problem.truth is not None else 2
    if len(texts) not in (wanted, 2):
        raise UserError(
            f"{len(texts)} expressions given; judge PREDICTION TRUTH, "
            "judge PREDICTION --problem DATASET/NAME, or judge --pairs FILE -o FILE"
        )
    truth = texts[1] if len(texts) == 2 else (problem.truth or "" if problem else "")
    names = [name.strip() for name in (arguments.variables or "").split(",") if name.strip()]
    if names and problem is not None:
        raise UserError("--variables names those of two expressions; --problem has its own")
    one = pair(texts[0], truth, problem, variables=names)
    if one.fault:
        raise UserError(one.fault)
    if arguments.explain:
        return _explain(one)
    card = next(judge_pairs([one], limits=limits))
    if card.failure:
        raise UserError(f"the prediction: {card.failure}")
    if arguments.json:
        print(json.dumps(_as_json(card), indent=1))
    else:
        _print(card, _told(one))
    return 0


def _explain(one: Pair) -> int:
    """Print every step, in many digits, here and now: the edit distance is not asked."""
    from bench.scoring.equivalence.explain import explained

    variables = one.problem.variables
    try:
        prediction = read(one.prediction or "", variables)
    except ParseError as error:
        raise UserError(f"the prediction: no expression: {error}") from None
    truth = read(one.problem.truth or "", variables)
    _aligned(explained(prediction, truth, one.problem.domain))
    return 0


def _told(one: Pair) -> list[tuple[str, str]]:
    """What the two texts were read as, where that is not what they say in the strict grammar."""
    lines = []
    for name, text in (("read as", one.prediction), ("truth read as", one.problem.truth)):
        reading = read(text or "", one.problem.variables)
        if reading.steps:
            lines.append((name, f"{reading.read_as}  ({'; '.join(reading.steps)})"))
    return lines


def _problem(name: str | None) -> Problem | None:
    if name is None:
        return None
    _, problem = find_problem(name)
    if problem is None:
        raise UserError(f"--problem {name}: write DATASET/NAME (rediscover show {name})")
    if problem.kind != TABLE:
        raise UserError(f"--problem {name} is of the kind {problem.kind}, {NO_PAIR}")
    return problem


def _as_json(card: Scorecard) -> dict[str, Any]:
    edit = card.comparison.edit
    value = {
        "prediction": card.answer,
        "read_as": card.comparison.read_as,
        "ned": card.values["ned"],
        "ned_reason": "" if edit is None else edit.reason,
    }
    verdicts = card.comparison.verdicts
    return value | {rule: plain_json(verdict.as_dict()) for rule, verdict in verdicts.items()}


def _print(card: Scorecard, told: list[tuple[str, str]]) -> None:
    edit = card.comparison.edit
    reason = f"  ({edit.reason})" if edit is not None and edit.reason else ""
    lines = [*told, ("NED", f"{card.values['ned']:.4g}{reason}")]
    for name, rule in all_rules().items():
        verdict = card.comparison.verdicts[name]
        answer = verdict.answer.replace("_", " ")
        lines.append((name, f"{answer:9} {rule.question} {verdict.reason}"))
    witness = first_witness(card)
    if witness is not None:
        lines.append(("witness", _witness_text(witness)))
    _aligned(lines)


def _aligned(lines: Iterable[tuple[str, str]]) -> None:
    kept = list(lines)
    width = max(len(name) for name, _ in kept)
    for name, text in kept:
        print(f"{name:{width}} {text}")


def _witness_text(witness: Witness) -> str:
    values = {**witness.point, "prediction": witness.prediction, "truth": witness.truth}
    text = ", ".join(f"{name} = {value}" for name, value in values.items())
    if witness.note:
        text += f" ({witness.note})"
    return text if witness.beside is None else f"{text}; {_witness_text(witness.beside)}"


def _judge_file(arguments: argparse.Namespace, limits: ScoringLimits) -> int:
    from bench.running.limits import processors
    from bench.running.progress.bar import ProgressBar

    if not arguments.output:
        raise UserError("judge --pairs FILE needs -o FILE for the answers")
    out = Path(arguments.output)
    try:
        pairs = read_pairs(Path(arguments.pairs), load_named)
        with ProgressBar("judged") as progress:
            judge_file(
                pairs, out, workers=arguments.workers or processors(), limits=limits,
                on_progress=lambda done: progress(done, len(pairs)),
            )  # fmt: skip
    except CsvError as error:
        raise UserError(str(error)) from None
    except ScoringError as error:
        raise UserError(str(error), 1) from None
    print(f"{counted(len(pairs), 'pair')} judged: {out}")
    return 0
