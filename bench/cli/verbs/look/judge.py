"""``rediscover judge``: is this expression the law? One pair, or a file of them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.cli import UserError
from bench.cli.named import find_problem, load_named
from bench.scoring.equivalence.rules import RULES
from bench.words import counted

if TYPE_CHECKING:
    from bench.problems.problem import Problem
    from bench.scoring.scorecard import Scorecard
    from bench.scoring.steps import ScoringLimits


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    from bench.scoring.steps import ScoringLimits

    limits = ScoringLimits(prove=arguments.prove)
    if arguments.pairs:
        return _judge_file(arguments, limits)
    return _judge_one(arguments, limits)


def _judge_one(arguments: argparse.Namespace, limits: ScoringLimits) -> int:
    from bench.scoring.pairs import judge_pairs, pair

    texts, problem = arguments.texts, _problem(arguments.problem)
    wanted = 1 if problem is not None and problem.truth is not None else 2
    if len(texts) not in (wanted, 2):
        raise UserError(
            f"{len(texts)} expressions given; judge PREDICTION TRUTH, "
            "judge PREDICTION --problem DATASET/NAME, or judge --pairs FILE -o FILE"
        )
    truth = texts[1] if len(texts) == 2 else (problem.truth or "" if problem else "")
    one = pair(texts[0], truth, problem)
    if one.fault:
        raise UserError(one.fault)
    card = next(judge_pairs([one], limits=limits))
    if card.failure:
        raise UserError(f"the prediction: {card.failure}")
    if arguments.json:
        print(json.dumps(_as_json(card), indent=1))
    else:
        _print(card)
    return 0


def _problem(name: str | None) -> Problem | None:
    if name is None:
        return None
    _, problem = find_problem(name)
    if problem is None:
        raise UserError(f"--problem {name}: write DATASET/NAME (rediscover show {name})")
    return problem


def _as_json(card: Scorecard) -> dict[str, Any]:
    value = {"prediction": card.expression, "ned": card.ned}
    value["ned_reason"] = card.edit.reason if card.edit is not None else ""
    return {**value, **{rule: card.verdicts[rule] for rule in RULES}}


def _print(card: Scorecard) -> None:
    reason = f"  ({card.edit.reason})" if card.edit is not None and card.edit.reason else ""
    print(f"{'NED':16} {card.ned:.4g}{reason}")
    for name, rule in RULES.items():
        verdict = card.verdicts[name]
        print(f"{name:16} {verdict['answer']:9} {rule.question} {verdict['reason']}")
    witnesses = [card.verdicts[rule]["witness"] for rule in RULES]
    witness = next((one for one in witnesses if one), None)
    if witness:
        print(f"{'witness':16} " + ", ".join(f"{name} = {value}" for name, value in _flat(witness)))


def _flat(witness: dict[str, Any]) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for name, value in witness.items():
        pairs += value.items() if isinstance(value, dict) else [(name, value)]
    return pairs


def _judge_file(arguments: argparse.Namespace, limits: ScoringLimits) -> int:
    from bench.running.bar import ProgressBar
    from bench.running.limits import processors
    from bench.scoring.pairs import judge_file, read_pairs
    from bench.scoring.pool import ScoringError
    from bench.scoring.predictions import CsvError

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
