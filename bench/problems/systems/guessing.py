"""Imperfect guesses of a law: its constants masked, and now and then a term too few or too many.

PROSE's second input (Liu, Zhang and Schaeffer 2023, arXiv:2309.16816).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from random import Random
from typing import Literal

from bench.expression import Call, Expression, Leaf, Number, Symbol, fold

Guess = Literal["none", "masked", "altered"]

DELETED = ADDED = 0.15
"""With what probability a term is left out, and with what one is added."""

MASK = "C"


def guessed(laws: Mapping[str, Expression], how: Guess, random: Random) -> dict[str, str]:
    """What is told of ``laws``: a text for each state; nothing where ``how`` is ``none``.

    Decimals are ``C0``, ``C1`` and so on; whole numbers are structure. ``altered`` leaves out a
    term of one rate with probability 0.15, and adds one, a constant times a monomial of degree 2
    or less, with 0.15.
    """
    if how == "none":
        return {}
    sums = {state: _terms(law) for state, law in laws.items()}
    if how == "altered":
        _alter(sums, random)
    numbers = count()

    def leaf(node: Leaf) -> Expression:
        masked = isinstance(node, Number) and isinstance(node.value, float)
        return Symbol(f"{MASK}{next(numbers)}") if masked else node

    return {
        state: str(fold(_sum(terms), leaf, lambda node, args: Call(node.op, tuple(args))))
        for state, terms in sums.items()
    }


def _alter(sums: dict[str, list[Expression]], random: Random) -> None:
    if random.random() < DELETED:
        longer = [state for state, terms in sums.items() if len(terms) > 1]
        if longer:
            terms = sums[random.choice(longer)]
            terms.pop(random.randrange(len(terms)))
    if random.random() < ADDED:
        terms = sums[random.choice(list(sums))]
        factors = [Symbol(random.choice(list(sums))) for _ in range(random.randint(0, 2))]
        term: Expression = Number(1.0)
        for factor in factors:
            term = Call("mul", (term, factor))
        terms.append(Call("neg", (term,)) if random.random() < 0.5 else term)


def _terms(law: Expression) -> list[Expression]:
    """What ``law`` is a sum of, the sign of each with it."""
    terms: list[Expression] = []
    left = [(law, False)]
    while left:
        node, negative = left.pop()
        if isinstance(node, Call) and node.op == "neg":
            left.append((node.args[0], not negative))
        elif isinstance(node, Call) and node.op in ("add", "sub"):
            last = negative != (node.op == "sub")
            signs = [negative] * (len(node.args) - 1) + [last]
            left += reversed(list(zip(node.args, signs, strict=True)))
        else:
            terms.append(Call("neg", (node,)) if negative else node)
    return terms


def _sum(terms: list[Expression]) -> Expression:
    total = terms[0]
    for term in terms[1:]:
        if isinstance(term, Call) and term.op == "neg":
            total = Call("sub", (total, term.args[0]))
        else:
            total = Call("add", (total, term))
    return total
