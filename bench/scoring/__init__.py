"""What a prediction is worth: edit distance, the judge's verdicts, numeric accuracy, complexity.

The names below are imported when they are first used: the package itself needs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.scoring.comparing import Claim, nothing_compared
    from bench.scoring.equivalence.rules import RULES
    from bench.scoring.equivalence.verdict import Verdict, Witness
    from bench.scoring.metrics import Metric, ned_metric, rule_metrics
    from bench.scoring.ned.canonical import CanonicalForm, LabelledTree, canonical_form
    from bench.scoring.ned.edit_distance import (
        EditDistance,
        normalized_edit_distance,
        tree_distance,
    )
    from bench.scoring.ned.form_cache import FormCache
    from bench.scoring.numeric import (
        NumericScore,
        accuracy,
        accuracy_within,
        finite_share,
        nmse,
        numeric_score,
        r2,
    )
    from bench.scoring.pairs import Pair, judge_file, judge_pairs, pair, read_pairs
    from bench.scoring.pool import ScoringError, score_many
    from bench.scoring.predictions import CsvError, Prediction, read_predictions
    from bench.scoring.rules import InstalledRule, all_rules
    from bench.scoring.scorecard import Comparison, Scorecard
    from bench.scoring.steps import Item, NoAnswer, Scheme, ScoringLimits, ScoringStep, score
    from bench.scoring.used_variables import VariableUse, effective_variables, variable_use

_HOMES = {
    "comparing": (
        "Claim",
        "nothing_compared",
    ),
    "equivalence.rules": ("RULES",),
    "equivalence.verdict": (
        "Verdict",
        "Witness",
    ),
    "metrics": (
        "Metric",
        "ned_metric",
        "rule_metrics",
    ),
    "ned.canonical": (
        "CanonicalForm",
        "LabelledTree",
        "canonical_form",
    ),
    "ned.edit_distance": (
        "EditDistance",
        "normalized_edit_distance",
        "tree_distance",
    ),
    "ned.form_cache": ("FormCache",),
    "numeric": (
        "NumericScore",
        "accuracy",
        "accuracy_within",
        "finite_share",
        "nmse",
        "numeric_score",
        "r2",
    ),
    "pairs": (
        "Pair",
        "judge_file",
        "judge_pairs",
        "pair",
        "read_pairs",
    ),
    "pool": (
        "ScoringError",
        "score_many",
    ),
    "predictions": (
        "CsvError",
        "Prediction",
        "read_predictions",
    ),
    "rules": (
        "InstalledRule",
        "all_rules",
    ),
    "scorecard": (
        "Comparison",
        "Scorecard",
    ),
    "steps": (
        "Item",
        "NoAnswer",
        "Scheme",
        "ScoringLimits",
        "ScoringStep",
        "score",
    ),
    "used_variables": (
        "VariableUse",
        "effective_variables",
        "variable_use",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "RULES",
    "CanonicalForm",
    "Claim",
    "Comparison",
    "CsvError",
    "EditDistance",
    "FormCache",
    "InstalledRule",
    "Item",
    "LabelledTree",
    "Metric",
    "NoAnswer",
    "NumericScore",
    "Pair",
    "Prediction",
    "Scheme",
    "Scorecard",
    "ScoringError",
    "ScoringLimits",
    "ScoringStep",
    "VariableUse",
    "Verdict",
    "Witness",
    "accuracy",
    "accuracy_within",
    "all_rules",
    "canonical_form",
    "effective_variables",
    "finite_share",
    "judge_file",
    "judge_pairs",
    "ned_metric",
    "nmse",
    "normalized_edit_distance",
    "nothing_compared",
    "numeric_score",
    "pair",
    "r2",
    "read_pairs",
    "read_predictions",
    "rule_metrics",
    "score",
    "score_many",
    "tree_distance",
    "variable_use",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'bench.scoring' has no attribute '{name}'")
    value = getattr(importlib.import_module(f"bench.scoring.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
