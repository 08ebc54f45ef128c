"""Outer functions with unknown shifts and powers: ``1/(exp(p) - 2.5)``, ``(1 - p)**-0.75``.

What a target is seen through has up to two constants of its own. They are unknowns, found as in
``linkfit``; what is inside is then a sum, or the logarithm of a product, as for any other outer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np

from bench import Call, Expression, Number
from methods.mcts.language.tokens import Floats

_FAR = np.log(np.array([3.0, 30.0, 1e3]))
"""How far an asymptote lies from the values, in units of their range: from a thousand on, the
function is a straight line to three digits."""
_NEAR = (0.02, 0.1, 0.3, 0.6, 0.9)
"""The same, as near as these shares of the values lie to the end: nearer it bends hardly a row."""
_POWERS = np.array([-3.0, -1.5, -0.75, -0.4, 0.4, 0.75, 1.5, 3.0])
"""Where the descents of a power start: each is a factor of two from the next, or less."""

Wrap = Callable[[Expression], Expression]


@dataclass(frozen=True)
class Ends:
    """Values (n,) as distances from a point outside: ``z + exp(gap)``, z from 0 to 1.

    The point lies below the values or, ``flipped``, above. For many gaps (m, 1) there are as many
    rows.
    """

    low: float
    high: float
    flipped: bool

    @classmethod
    def of(cls, values: Floats, *, flipped: bool) -> Ends:
        return cls(float(np.min(values)), float(np.max(values)), flipped)

    def distance(self, values: Floats, gap: Floats) -> Floats:
        from_end = self.high - values if self.flipped else values - self.low
        return np.asarray(from_end / (self.high - self.low) + np.exp(gap))

    def gaps(self, values: Floats) -> Floats:
        """Where descents start: logarithms of how far the point may lie."""
        near = np.quantile(self.distance(values, np.array(-np.inf)), _NEAR)
        return np.concatenate([np.log(near[near > 0]), _FAR])

    def undone(self, distance: Expression, gap: float) -> Expression:
        """The value at a distance."""
        span = self.high - self.low
        away = span * float(np.exp(gap))
        if self.flipped:
            return _line(self.high + away, -span, distance)
        return _line(self.low - away, span, distance)


@dataclass(frozen=True)
class Link:
    """The target is ``wrap(theta)`` of s, where s is ``inverse(theta)``, of shape (m, n).

    ``starts`` (m, p) are where descents begin; ``inverse`` takes them all at once. With ``power``
    the first constant is a power, which may be a simple fraction.
    """

    inverse: Callable[[Floats], Floats]
    wrap: Callable[[Floats], Wrap]
    starts: Floats
    power: bool = False


def sum_links(y: Floats, operators: frozenset[str]) -> list[Link]:
    """Links of ``y`` (n,) whose inside may be a sum."""
    links = []
    for flipped in (False, True):
        ends = Ends.of(y, flipped=flipped)
        if "pow" in operators:
            links.append(_shifted_power(y, ends))
        if "exp" in operators:
            links.append(_shifted(y, ends, np.log, lambda s: Call("exp", (s,))))
    if "log" in operators:
        links.append(_scaled_logarithm(y))
    if "tanh" in operators:
        links.append(_between(y, np.arctanh, "tanh"))
    if "sin" in operators:
        links.append(_between(y, np.arcsin, "sin"))
    return links


def product_links(y: Floats, operators: frozenset[str]) -> list[Link]:
    """Links whose inside may be the logarithm of a product of positive factors."""
    one_sign = bool((y > 0).all() or (y < 0).all())
    sides = (False, True)
    links = []
    if one_sign and "pow" in operators:
        links += [_power_of_shifted(y, flipped) for flipped in sides]
    else:
        links += [_shifted(y, Ends.of(y, flipped=one), np.log, lambda s: s) for one in sides]
    if "exp" in operators:
        inverted = (False, True) if one_sign and operators & {"div", "inv"} else (False,)
        links += [_exponential(y, *one) for one in product(inverted, sides, sides)]
    return links


def _shifted(y: Floats, ends: Ends, inverse: Callable[[Floats], Floats], call: Wrap) -> Link:
    """``y = b + w*call(s)``."""
    return Link(
        lambda theta: inverse(ends.distance(y, theta[:, :1])),
        lambda theta: lambda s: ends.undone(call(s), float(theta[0])),
        ends.gaps(y)[:, None],
    )


def _shifted_power(y: Floats, ends: Ends) -> Link:
    """``y = b + w*s**(1/r)``."""

    def wrap(theta: Floats) -> Wrap:
        return lambda s: ends.undone(_raised(s, 1 / theta[0]), float(theta[1]))

    starts = np.array(list(product(_POWERS, ends.gaps(y)[1::2])))
    return Link(
        lambda theta: ends.distance(y, theta[:, 1:]) ** theta[:, :1], wrap, starts, power=True
    )


def _scaled_logarithm(y: Floats) -> Link:
    """``y = w*log(s)``: an offset of y is a factor of s."""
    ends = Ends.of(y, flipped=False)
    span = ends.high - ends.low

    def wrap(theta: Floats) -> Wrap:
        return lambda s: _line(ends.low, span / float(theta[0]), Call("log", (s,)))

    sizes = np.geomspace(0.1, 30.0, 6)  # from hardly bent to ended at a thirtieth of the range
    starts = np.concatenate([-sizes, sizes])[:, None]
    return Link(lambda theta: np.exp(theta * (y - ends.low) / span), wrap, starts)


def _between(y: Floats, inverse: Callable[[Floats], Floats], op: str) -> Link:
    """``y = m + w*op(s)`` between two ends that are unknown, such as those of tanh."""
    ends = Ends.of(y, flipped=False)
    span = ends.high - ends.low

    def inside(theta: Floats) -> Floats:
        below, above = np.exp(theta[:, :1]), np.exp(theta[:, 1:])
        z = (y - ends.low) / span
        return inverse(2 * (z + below) / (1 + below + above) - 1)

    def wrap(theta: Floats) -> Wrap:
        below, above = np.exp(theta).tolist()
        half = span * (1 + below + above) / 2
        return lambda s: _line(ends.low - span * below + half, half, Call(op, (s,)))

    gaps = ends.gaps(y)
    return Link(inside, wrap, np.array(list(product(gaps, gaps))))


def _power_of_shifted(y: Floats, flipped: bool) -> Link:
    """``y = (b + p)**(1/r)`` of a product p."""
    sign, size = float(np.sign(y[0])), np.abs(y)

    def scaled(theta: Floats) -> Floats:
        raised = size ** theta[:, :1]
        low, high = (end(raised, axis=1, keepdims=True) for end in (np.min, np.max))
        from_end = high - raised if flipped else raised - low
        return np.asarray(np.log(from_end / (high - low) + np.exp(theta[:, 1:])))

    def wrap(theta: Floats) -> Wrap:
        ends = Ends.of(size ** theta[0], flipped=flipped)
        return lambda s: _line(0.0, sign, _raised(ends.undone(s, float(theta[1])), 1 / theta[0]))

    starts = np.array(list(product(_POWERS, Ends.of(y, flipped=flipped).gaps(y))))
    return Link(scaled, wrap, starts, power=True)


def _exponential(y: Floats, inverted: bool, flipped: bool, falling: bool) -> Link:
    """``y = b + w*exp(c + p)`` of a product p, or one over it."""
    values = 1 / y if inverted else y
    outer = Ends.of(values, flipped=flipped)

    def scaled(theta: Floats) -> Floats:
        logarithm = np.log(outer.distance(values, theta[:, :1]))
        low, high = (end(logarithm, axis=1, keepdims=True) for end in (np.min, np.max))
        from_end = high - logarithm if falling else logarithm - low
        return np.asarray(np.log(from_end / (high - low) + np.exp(theta[:, 1:])))

    def wrap(theta: Floats) -> Wrap:
        gap = float(theta[0])
        inner = Ends.of(np.log(outer.distance(values, np.array([gap]))), flipped=falling)

        def written(s: Expression) -> Expression:
            raised = Call("exp", (inner.undone(s, float(theta[1])),))
            whole = outer.undone(raised, gap)
            return Call("div", (Number(1), whole)) if inverted else whole

        return written

    logarithms = np.log(outer.distance(values, outer.gaps(values)[:, None]))
    ends = [Ends.of(one, flipped=falling).gaps(one) for one in logarithms]
    starts = [(a, b) for a, many in zip(outer.gaps(values), ends, strict=True) for b in many]
    return Link(scaled, wrap, np.array(starts))


def _line(offset: float, factor: float, inner: Expression) -> Expression:
    scaled = inner if factor == 1 else Call("mul", (Number(factor), inner))
    return scaled if offset == 0 else Call("add", (Number(offset), scaled))


def _raised(base: Expression, exponent: float) -> Expression:
    return Call("pow", (base, Number(float(exponent))))
