"""The edit distance between two labelled trees, and SRSD's normalised one between expressions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, ParseError, parse, read
from bench.expression.names import Variables
from bench.scoring.ned.canonical import CanonicalForm, LabelledTree
from bench.scoring.ned.form_cache import FormCache

Integers = NDArray[np.int64]


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

    Of texts, the truth is parsed and the prediction read with ``variables``. SymPy runs without a
    time limit: ``bench.scoring.pool`` has one. Raises ParseError for a truth that is no
    expression; a prediction that is none scores 1.
    """
    forms = FormCache() if forms is None else forms
    target = parse(truth, variables) if isinstance(truth, str) else truth
    try:
        found = read(prediction, variables).filled if isinstance(prediction, str) else prediction
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


def tree_distance(a: LabelledTree, b: LabelledTree) -> int:
    """The ordered tree edit distance; inserting, deleting and relabelling a node cost 1 each.

    Takes O(|a| |b| min(depth, leaves)^2) time; see ``bench.scoring.ned.zhang_shasha``.
    """
    from bench.scoring.ned.zhang_shasha import distance

    codes: dict[str, int] = {}
    return int(distance(*_indexed(a, codes), *_indexed(b, codes)))


def _indexed(tree: LabelledTree, codes: dict[str, int]) -> tuple[Integers, Integers, Integers]:
    """Labels as numbers, the leftmost leaf below each node, and the key roots."""
    labels = [codes.setdefault(label, len(codes)) for label in tree.labels]
    first: list[int] = []
    open_trees: list[int] = []
    for node, arity in enumerate(tree.arities):
        children = open_trees[len(open_trees) - arity :]
        del open_trees[len(open_trees) - arity :]
        first.append(first[children[0]] if children else node)
        open_trees.append(node)
    last_of = {leaf: node for node, leaf in enumerate(first)}
    roots = sorted(last_of.values())
    return (
        np.array(labels, dtype=np.int64),
        np.array(first, dtype=np.int64),
        np.array(roots, dtype=np.int64),
    )
