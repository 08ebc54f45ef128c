"""Predictions that were made elsewhere, as records: judged like any other, with no resources."""

from __future__ import annotations

from collections.abc import Sequence

from bench.expression import ParseError, parse
from bench.method import Discovery
from bench.running.results.record import Record, Resources, Status
from bench.running.results.run import MethodSpec, Run
from bench.running.results.store import Store
from bench.scoring.predictions import Prediction

ELSEWHERE = "elsewhere"
"""The key in a record's provenance that names the file it was read from."""


def import_predictions(predictions: Sequence[Prediction], store: Store, source: str) -> None:
    """Write a record, and a line of the plan, for every prediction.

    A prediction that does not parse is ``invalid``, an empty one an ``error``.
    """
    records = [_record(prediction, source) for prediction in predictions]
    store.add_to_plan([record.run for record in records])
    for record in records:
        store.write(record)


def _record(prediction: Prediction, source: str) -> Record:
    problem = prediction.problem
    # The text is the method: another text is another run, and is judged again.
    method = MethodSpec(
        prediction.method, f"{ELSEWHERE}:Predictions", {"expression": prediction.expression}
    )
    run = Run(method, problem.dataset, problem.version, problem.name, prediction.seed)
    status, message = _status(prediction)
    discovery = None if status == "error" else Discovery.of(prediction.expression)
    return Record(
        run, status, message, discovery, (), Resources(0.0, 0.0, 0.0), {ELSEWHERE: source}
    )


def _status(prediction: Prediction) -> tuple[Status, str]:
    if prediction.expression is None:
        return "error", "no expression"
    try:
        parse(prediction.expression, prediction.problem.variables)
    except ParseError as error:
        return "invalid", str(error)
    return "ok", ""
