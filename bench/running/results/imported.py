"""Predictions that were made elsewhere, as records: judged like any other, with no resources."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from bench.kinds import Conditions, kind_of
from bench.method import Answer, Discovery, as_answer
from bench.running.results.content import canonical_json
from bench.running.results.record import NOTHING_USED, Record, Status
from bench.running.results.run import MethodSpec, Run, label_fault
from bench.running.results.store import Store
from bench.scoring.predictions import Prediction

ELSEWHERE = "elsewhere"
"""The key in a record's provenance that names the file it was read from."""


def import_predictions(predictions: Sequence[Prediction], store: Store, source: str) -> None:
    """Write a record, and a line of the plan, for every prediction.

    A prediction that is no answer to its problem is ``invalid``, an empty one an ``error``. Where
    several expressions are asked for, a prediction is a JSON object of their texts by name. Raises
    ValueError for a method whose name cannot label it.
    """
    for name in dict.fromkeys(prediction.method for prediction in predictions):
        if fault := label_fault(name):
            raise ValueError(f"the label {name!r:.120} is none: {fault}; give another")
    records = [_record(prediction, source) for prediction in predictions]
    store.add_to_plan([record.run for record in records])
    for record in records:
        store.write(record)


def _record(prediction: Prediction, source: str) -> Record:
    problem = prediction.problem
    # The text is what made the answer: another text is another record, and is judged again.
    text = canonical_json(prediction.expression)
    source = hashlib.sha256(text.encode()).hexdigest()
    method = MethodSpec(prediction.method, f"{ELSEWHERE}:Predictions", source=source)
    place = (problem.dataset, problem.version, problem.name, prediction.seed, prediction.noise)
    run = Run(method, *place)
    answer = None if prediction.expression is None else _answer(prediction.expression)
    status, message = _status(answer, prediction)
    discovery = None if answer is None else Discovery.of(answer)
    return Record(run, status, message, discovery, (), NOTHING_USED, {ELSEWHERE: source})


def _answer(text: str) -> Answer:
    try:
        value = json.loads(text) if text.lstrip().startswith("{") else text
    except ValueError:
        return text
    return as_answer(value)


def _status(answer: Answer | None, prediction: Prediction) -> tuple[Status, str]:
    if answer is None:
        return "error", "no expression"
    kind = kind_of(prediction.problem)
    told = kind.told(prediction.problem, Conditions(disclosure="full"))
    reason = kind.refusal(answer, told)
    return ("ok", "") if reason is None else ("invalid", reason)
