"""What the predictor of an answer says, asked once the answer is fixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench.running.limits import PREDICTING_SECONDS
from bench.running.results.plain import unpacked
from bench.running.sandbox.messages.base import Shape
from bench.running.sandbox.messages.with_worker import Answered, HeldBackInputs, Predicted
from bench.running.sandbox.watching.endings import RunEnd


def with_predictions(
    answer: Answered, inputs: HeldBackInputs, end: Answered | RunEnd, found: Predicted | None
) -> Answered | RunEnd:
    """``answer`` with what was ``found`` at ``inputs``, where asking for it came to ``end``.

    A predictor that fails costs an answer that has a formula nothing.
    """
    if isinstance(end, Answered) and found is not None and _fits(found.values, inputs.shapes):
        predicted = dict(zip(inputs.names, found.values, strict=True))
        return replace(answer, discovery=replace(answer.discovery, predicted=predicted))
    if answer.discovery.best.expression == "":
        why = _why_not(end, found)
        return RunEnd("invalid", f"a predictor without a formula gave no values: {why}")
    return answer


def _why_not(end: Answered | RunEnd, found: Predicted | None) -> str:
    if isinstance(end, Answered):
        return found.why if found else ""
    if end.status == "timeout":
        return f"it took more than {PREDICTING_SECONDS:g} s"
    return end.message


def _fits(values: Sequence[str], shapes: Sequence[Shape]) -> bool:
    """Whether packed ``values`` are one for each row of arrays of these shapes."""
    try:
        return [len(unpacked(one)) for one in values] == [shape[0] for shape in shapes]
    except ValueError:
        return False
