"""What can be counted in a tree."""

from __future__ import annotations

from bench.expression.tree import Call, Expression, Number, Symbol, fold, postorder


def size(expression: Expression) -> int:
    """The number of nodes, a chain of any length being one."""
    return sum(1 for _ in postorder(expression))


def depth(expression: Expression) -> int:
    """The number of nodes on the longest way from the root to a leaf; 1 for a leaf."""
    return fold(expression, lambda leaf: 1, lambda call, depths: 1 + max(depths))


def complexity(expression: Expression) -> int:
    """The number of nodes after binary normalisation: a call of k > 1 arguments is k - 1 nodes.

    The same for every method: ``x0 + x1 + x2`` counts 5 however it was written, a signed literal
    counts 1, ``x0**2`` counts 3.
    """
    return sum(
        max(1, len(node.args) - 1) if type(node) is Call else 1 for node in postorder(expression)
    )


def symbols(expression: Expression) -> frozenset[str]:
    """The names of the variables that occur."""
    return frozenset(node.name for node in postorder(expression) if type(node) is Symbol)


def numbers(expression: Expression) -> tuple[int | float, ...]:
    """The values of the literals, in the order of the text, each as often as it occurs."""
    return tuple(node.value for node in postorder(expression) if type(node) is Number)
