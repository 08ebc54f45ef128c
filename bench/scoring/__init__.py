"""What a prediction is worth: edit distance, the judge's verdicts, numeric accuracy, complexity."""

from __future__ import annotations

from bench.scoring.canonical import CanonicalForm, canonical_form
from bench.scoring.edit_distance import EditDistance, normalized_edit_distance
from bench.scoring.form_cache import FormCache
from bench.scoring.labelled_tree import LabelledTree, tree_distance
from bench.scoring.numeric import (
    NumericScore,
    accuracy,
    accuracy_within,
    finite_share,
    nmse,
    numeric_score,
    r2,
)
from bench.scoring.pool import ScoringError, score_many
from bench.scoring.scorecard import Scorecard, judge_version
from bench.scoring.steps import Item, ScoringLimits, score
from bench.scoring.variables import VariableUse, effective_variables, variable_use

__all__ = [
    "CanonicalForm",
    "EditDistance",
    "FormCache",
    "Item",
    "LabelledTree",
    "NumericScore",
    "Scorecard",
    "ScoringError",
    "ScoringLimits",
    "VariableUse",
    "accuracy",
    "accuracy_within",
    "canonical_form",
    "effective_variables",
    "finite_share",
    "judge_version",
    "nmse",
    "normalized_edit_distance",
    "numeric_score",
    "r2",
    "score",
    "score_many",
    "tree_distance",
    "variable_use",
]
