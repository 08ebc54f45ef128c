"""SRSD's normalised edit distance between a predicted and a true expression."""

from __future__ import annotations

from dataclasses import dataclass

from bench.expression import Expression, ParseError, parse
from bench.expression.names import Variables
from bench.scoring.ned.canonical import CanonicalForm
from bench.scoring.ned.form_cache import FormCache
from bench.scoring.ned.labelled_tree import tree_distance


@dataclass(frozen=True, slots=True)
class EditDistance:
    """``ned`` = min(distance, true_nodes) / true_nodes: 0 for the same skeleton, 1 at worst.

    Where one of the two has no canonical form, ``ned`` is 1, ``distance`` None, and ``reason``
    says which and why; else ``reason`` is empty.
    """

    ned: float = 1.0
    distance: int | None = None
    true_nodes: int | None = None
    reason: str = ""


def normalized_edit_distance(
    prediction: Expression | str,
    truth: Expression | str,
    variables: Variables | None = None,
    *,
    forms: FormCache | None = None,
) -> EditDistance:
    """The distance of DMLR 2024 (SRSD), section 4, between two expressions.

    Text is parsed with ``variables``. SymPy runs without a time limit: ``bench.scoring.pool``
    has one. Raises ParseError for a truth that is no expression; a prediction that is none
    scores 1.
    """
    forms = FormCache() if forms is None else forms
    target = parse(truth, variables) if isinstance(truth, str) else truth
    try:
        found = parse(prediction, variables) if isinstance(prediction, str) else prediction
    except ParseError as error:
        return EditDistance(reason=f"no expression: {error}")
    return form_distance(forms.form_of(found), forms.form_of(target))


def form_distance(prediction: CanonicalForm, truth: CanonicalForm) -> EditDistance:
    """The normalised edit distance between two canonical forms."""
    if truth.tree is None:
        return EditDistance(reason=f"the truth has no canonical form: {truth.reason}")
    nodes = len(truth.tree)
    if prediction.tree is None:
        return EditDistance(true_nodes=nodes, reason=prediction.reason)
    distance = tree_distance(prediction.tree, truth.tree)
    return EditDistance(min(distance, nodes) / nodes, distance, nodes)
