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

__all__ = [
    "CanonicalForm",
    "EditDistance",
    "FormCache",
    "LabelledTree",
    "NumericScore",
    "accuracy",
    "accuracy_within",
    "canonical_form",
    "finite_share",
    "nmse",
    "normalized_edit_distance",
    "numeric_score",
    "r2",
    "tree_distance",
]
