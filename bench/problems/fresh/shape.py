"""The shape of a law: what is left of it without its constants and the names of its inputs.

Laws of one shape are one law up to constants and the order of the inputs. The reverse does not hold
(``x*(x + y)`` and ``x**2 + x*y`` are two shapes): a shape is the cheap first look, a comparison of
values the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bench.expression import (
    OPERATORS,
    Call,
    Constant,
    Expression,
    Number,
    Symbol,
    evaluate,
    fold,
)

_FINEST_EXPONENT = 1000


@dataclass(frozen=True, slots=True)
class Shape:
    """A node: ``constant``, an input (its name), a function, ``+``, or ``*`` with exponents."""

    op: str
    args: tuple[Shape, ...] = ()
    powers: tuple[Fraction, ...] = ()

    def text(self, names: Mapping[str, str]) -> str:
        """One text for all orders of terms and factors, inputs called by ``names``."""
        if not self.args:
            return names.get(self.op, self.op)
        parts = [arg.text(names) for arg in self.args]
        if self.op == "*":
            parts = [f"{part}^{power}" for part, power in zip(parts, self.powers, strict=True)]
        if self.op in _COMMUTATIVE:
            parts.sort()
        return f"{self.op}({','.join(parts)})"


_COMMUTATIVE = frozenset({"+", "*", *(name for name, row in OPERATORS.items() if row.commutes)})
_CONSTANT = Shape("constant")
_ONE = Fraction(1)


def shape(law: Expression) -> str:
    """The shape of ``law`` as text: equal for laws that differ in constants and names only."""
    tree = fold(law, _leaf, _call)
    colours = _colours(tree)
    order = sorted(colours, key=lambda name: (colours[name], name))
    return tree.text({name: f"x{index}" for index, name in enumerate(order)})


def _colours(tree: Shape) -> dict[str, str]:
    """What tells the inputs apart by where they stand, not by what they are called.

    An input's colour is the tree's text with this input marked and the others in their colours of
    the round before; inputs that are still alike after two rounds can be swapped, as a rule.
    """
    names = {node.op for node in _nodes(tree) if not node.args} - {_CONSTANT.op}
    colours = dict.fromkeys(names, "input")
    for _ in range(2):
        colours = {name: tree.text({**colours, name: "this"}) for name in names}
        ranks = {text: f"c{rank}" for rank, text in enumerate(sorted(set(colours.values())))}
        colours = {name: ranks[text] for name, text in colours.items()}
    return colours


def _nodes(tree: Shape) -> Iterable[Shape]:
    yield tree
    for arg in tree.args:
        yield from _nodes(arg)


def _leaf(node: Number | Constant | Symbol) -> Shape:
    return Shape(node.name) if isinstance(node, Symbol) else _CONSTANT


def _call(node: Call, args: list[Shape]) -> Shape:
    if all(arg == _CONSTANT for arg in args):
        return _CONSTANT
    match node.op:
        case "add" | "sub":
            return _sum(args)
        case "neg":
            return args[0]
        case "mul":
            return _product((arg, _ONE) for arg in args)
        case "div":
            return _product([(args[0], _ONE), (args[1], -_ONE)])
        case "sqrt":
            return _product([(args[0], Fraction(1, 2))])
        case "pow" if args[1] == _CONSTANT:
            return _product([(args[0], _exponent(node.args[1]))])
    return Shape(node.op, tuple(args))


def _exponent(node: Expression) -> Fraction:
    value = Fraction(float(evaluate(node, [], np.empty((1, 0)))[0]))
    return value.limit_denominator(_FINEST_EXPONENT)


def _sum(terms: Iterable[Shape]) -> Shape:
    flat: dict[Shape, None] = {}
    for term in terms:
        flat.update(dict.fromkeys(term.args if term.op == "+" else (term,)))
    return next(iter(flat)) if len(flat) == 1 else Shape("+", tuple(flat))


def _product(factors: Iterable[tuple[Shape, Fraction]]) -> Shape:
    powers: dict[Shape, Fraction] = {}
    for factor, exponent in factors:
        inner = (
            zip(factor.args, factor.powers, strict=True) if factor.op == "*" else [(factor, _ONE)]
        )
        for base, power in inner:
            powers[base] = powers.get(base, Fraction(0)) + power * exponent
    kept = {base: power for base, power in powers.items() if power and base != _CONSTANT}
    if not kept:
        return _CONSTANT
    if list(kept.values()) == [1]:
        return next(iter(kept))
    return Shape("*", tuple(kept), tuple(kept.values()))
