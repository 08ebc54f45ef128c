"""The rows of METRICS that say how alike an answer and its law look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.expression import Expression
from bench.scoring.cdm import FAR, NEAR, NotTypeset, cdm
from bench.scoring.cdm.latex import latex_of
from bench.scoring.metrics import Metric

LOOKS = "cdm"
"""The step in which both are typeset."""


@dataclass(frozen=True)
class Looks:
    """A prediction and the law, both printed in one way before they are compared."""

    prediction: Expression
    truth: Expression

    def f1(self, tolerance: float) -> float | None:
        """CDM; None where the law cannot be typeset."""
        try:
            return cdm(latex_of(self.prediction), latex_of(self.truth), tolerance).f1
        except NotTypeset:
            return None


def cdm_metrics(
    looks: Callable[[Any], Looks | None], kinds: tuple[str, ...]
) -> tuple[Metric, Metric]:
    """The rows of a kind whose subjects ``looks`` reads; None: it is not asked, or has no law."""

    def row(name: str, question: str, tolerance: float) -> Metric:
        def value(subject: Any) -> float | None:
            found = looks(subject)
            return None if found is None else found.f1(tolerance)

        return Metric(
            name, question, value,
            step=LOOKS, summary="mean", better="higher", worst=0.0, kinds=kinds, interval=True,
            everywhere=False, title="",
        )  # fmt: skip

    asked = "with `scoring.cdm=true`: how alike do the answer and the law look"
    return (
        row("cdm", f"{asked}, by CDM with the published constants (likeness, not truth)?", FAR),
        row("cdm8", f"{asked}, as `cdm` within 8 pixels, which sees scripts?", NEAR),
    )
