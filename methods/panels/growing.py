"""Factors by chance: drawn, changed, crossed. ``random.Random`` draws the same on every machine."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from bench.expression.factors import FACTOR_OPERATORS, Factor, factor_parts, factor_size

WINDOWS = (1, 3, 5, 10, 20, 40)
_SMALLEST_WINDOW = 5
"""Of what is a spread, a rank or a correlation: of fewer days it says nothing."""
_NUMBERS = (0.5, 2.0, 3.0, 10.0)
_OF_ONE = ("ts_delay", "ts_diff", "ts_pct")
"""Windows of a day make sense for these."""


def drawn(rng: random.Random, fields: Sequence[str], depth: int = 3) -> Factor:
    """A random factor at most ``depth`` operators deep, one at least."""
    name = rng.choice(_NAMES)
    operator = FACTOR_OPERATORS[name]
    parts = tuple(_operand(rng, fields, depth - 1) for _ in range(operator.operands))
    return Factor(name, parts, windows_of(rng, name))


_NAMES = tuple(FACTOR_OPERATORS)


def _operand(rng: random.Random, fields: Sequence[str], depth: int) -> Factor:
    if depth > 0 and rng.random() < 0.6:
        return drawn(rng, fields, depth)
    if rng.random() < 0.05:
        return Factor.number(rng.choice(_NUMBERS))
    return Factor.field(rng.choice(list(fields)))


def windows_of(rng: random.Random, name: str) -> tuple[int, ...]:
    """Windows for the operator called ``name``; empty where it has none."""
    count = FACTOR_OPERATORS[name].windows
    least = 1 if name in _OF_ONE else _SMALLEST_WINDOW
    wide = [days for days in WINDOWS if days >= least]
    return tuple(rng.choice(wide) if k == 0 else rng.choice((1, 5)) for k in range(count))


def places(factor: Factor) -> list[tuple[int, ...]]:
    """The place of every node: the operands to go through, the root's being empty."""
    found: list[tuple[int, ...]] = [()]
    for place in found:  # it grows while it is gone through
        found.extend((*place, k) for k in range(len(at(factor, place).parts)))
    return found


def at(factor: Factor, place: tuple[int, ...]) -> Factor:
    """The subtree at ``place``."""
    for k in place:
        factor = factor.parts[k]
    return factor


def put(factor: Factor, place: tuple[int, ...], new: Factor) -> Factor:
    """``factor`` with ``new`` at ``place``."""
    if not place:
        return new
    parts = list(factor.parts)
    parts[place[0]] = put(parts[place[0]], place[1:], new)
    return replace(factor, parts=tuple(parts))


def subtree_changed(rng: random.Random, factor: Factor, fields: Sequence[str]) -> Factor:
    """With a random subtree in the place of one."""
    return put(factor, rng.choice(places(factor)), drawn(rng, fields, 2))


def node_changed(rng: random.Random, factor: Factor, fields: Sequence[str]) -> Factor:
    """With another field, number or operator of as many operands at one place."""
    place = rng.choice(places(factor))
    node = at(factor, place)
    if node.head == "field":
        return put(factor, place, Factor.field(rng.choice(list(fields))))
    if node.head == "number":
        return put(factor, place, Factor.number(rng.choice(_NUMBERS)))
    count = FACTOR_OPERATORS[node.head].operands
    name = rng.choice([one for one in _NAMES if FACTOR_OPERATORS[one].operands == count])
    return put(factor, place, Factor(name, node.parts, windows_of(rng, name)))


def windows_changed(rng: random.Random, factor: Factor) -> Factor:
    """With other windows everywhere; itself where it has none."""
    parts = tuple(windows_changed(rng, one) for one in factor.parts)
    windows = windows_of(rng, factor.head) if factor.windows else ()
    return replace(factor, parts=parts, windows=windows)


def wrapped(rng: random.Random, factor: Factor, names: Sequence[str]) -> Factor:
    """Within one of the operators of one operand called ``names``."""
    name = rng.choice(list(names))
    return Factor(name, (factor,), windows_of(rng, name))


def hoisted(rng: random.Random, factor: Factor) -> Factor:
    """One of its subtrees that is more than a field; itself where there is none."""
    inside = [one for one in factor_parts(factor) if one.parts and one != factor]
    return rng.choice(inside) if inside else factor


def crossed(rng: random.Random, one: Factor, other: Factor) -> Factor:
    """``one`` with a subtree of ``other``."""
    return put(one, rng.choice(places(one)), at(other, rng.choice(places(other))))


def small(factor: Factor, most: int) -> bool:
    """Whether it has operators, and no more than ``most`` nodes."""
    return bool(factor.parts) and factor_size(factor) <= most
