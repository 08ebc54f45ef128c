"""What a search fills in: ``f`` itself, or the f of ``A + f``, ``A * f`` or ``A ** f``.

A form is what modulated sub-tree discovery fixes of an expression (RSRM, section 3.3): A stays, f
is searched for. With linear scaling the whole is ``a + c*A + b*f``, ``a + b*A*f`` or
``a + b*A**f``, and a, b, c come from closed form, so that a search under a form costs no more than
one without.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench import Call, Expression, Number, evaluate
from bench.expression.compiled.opcodes import ADD, MUL, NUMBER, POW
from methods.mcts.language.tokens import Floats, Ints, expression_of, translate

PLAIN, SUM, PRODUCT, POWER = range(4)
_OPS = {SUM: ADD, PRODUCT: MUL, POWER: POW}
SCALINGS = ("affine", "factor", "none")


@dataclass(frozen=True)
class Sketch:
    """A form as tokens: its kind, and A with its constants."""

    kind: int = PLAIN
    tokens: tuple[int, ...] = ()
    constants: tuple[float, ...] = ()

    def expression(self, names: tuple[str, ...]) -> Expression:
        """A."""
        return expression_of(self.tokens, self.constants, names)

    def filled(self, f: Expression, names: tuple[str, ...]) -> Expression:
        """The form with ``f`` in it, before any scaling."""
        if self.kind == PLAIN:
            return f
        op = {SUM: "add", PRODUCT: "mul", POWER: "pow"}[self.kind]
        return Call(op, (self.expression(names), f))


class Form(NamedTuple):
    """A form on the rows of a search.

    ``vector`` is A there, the rows of ``basis`` (q, n) an orthonormal basis of what is fitted
    beside f, ``target`` y without its share in that. ``head`` is the program before f, with its
    ``numbers`` and those of them that are ``free``; ``place`` are the positions in ``numbers`` of
    a, b and c, -1 where there is none; ``mean`` and ``norm`` are those of A.
    """

    kind: int
    vector: Floats
    basis: Floats
    target: Floats
    spread: float
    scaled: bool
    head: Ints
    numbers: Floats
    free: Ints
    place: Ints
    mean: float
    norm: float


def make_form(
    sketch: Sketch, scaling: str, names: tuple[str, ...], X: NDArray[np.float64], y: Floats
) -> Form:
    """``sketch`` on the rows ``X`` (n, d) and ``y`` (n,); raises ValueError where A is no number.

    ``scaling`` is affine (a + b*f), factor (b*f) or none (f); ``A + f`` has a c only with affine.
    """
    n = len(y)
    vector = np.ones(n)
    if sketch.kind != PLAIN:
        with np.errstate(all="ignore"):
            vector = np.asarray(evaluate(sketch.expression(names), names, X), dtype=np.float64)
        if not np.isfinite(vector).all():
            raise ValueError("A is not finite on every row")
    basis, mean, norm = _basis(sketch.kind, scaling, vector)
    target = y - basis.T @ (basis @ y)
    if sketch.kind == SUM and scaling != "affine":
        target = target - vector
    head, numbers, free, place = _head(sketch, scaling)
    spread = float(np.std(y)) or max(float(np.max(np.abs(y))), 1.0)
    return Form(
        sketch.kind, vector, basis, target, spread, scaling != "none",
        head, numbers, free, place, mean, norm,
    )  # fmt: skip


def _basis(kind: int, scaling: str, vector: Floats) -> tuple[Floats, float, float]:
    n = len(vector)
    if scaling != "affine":
        return np.zeros((0, n)), 0.0, 1.0
    rows = [np.full(n, 1.0 / np.sqrt(n))]
    mean, norm = float(vector.mean()), 1.0
    if kind == SUM:
        centred = vector - mean
        norm = float(np.linalg.norm(centred))
        if not norm > 1e-10 * max(abs(mean), 1e-300):
            raise ValueError("A is the same on every row")
        rows.append(centred / norm)
    return np.array(rows), mean, norm


def _head(sketch: Sketch, scaling: str) -> tuple[Ints, Floats, Ints, Ints]:
    """The program before f: A's own constants are in it, but stay."""
    head: list[int] = []
    numbers: list[float] = []
    place = [-1, -1, -1]

    def number(which: int) -> None:
        place[which] = len(numbers)
        head.append(NUMBER)
        numbers.append(1.0)

    A, values = _program(sketch)
    if sketch.kind == SUM:
        head.append(ADD)
        if scaling == "affine":
            head.append(MUL)
            number(2)
        head += A
        numbers += values
    if scaling == "affine":
        head.append(ADD)
        number(0)
    if scaling != "none":
        head.append(MUL)
        number(1)
    if sketch.kind in (PRODUCT, POWER):
        head += [_OPS[sketch.kind], *A]
        numbers += values
    free = [position for position in place if position >= 0]
    return (
        np.array(head, np.int64),
        np.array(numbers, np.float64),
        np.array(free, np.int64),
        np.array(place, np.int64),
    )


def _program(sketch: Sketch) -> tuple[Sequence[int], Sequence[float]]:
    length = len(sketch.tokens)
    program, numbers = np.zeros(2 * length + 1, np.int64), np.zeros(2 * length + 1)
    free = np.zeros(2 * length + 1, np.int64)
    size, count, _ = translate(
        np.array(sketch.tokens, np.int64), length, np.array(sketch.constants, np.float64),
        program, 0, numbers, 0, free, 0,
    )  # fmt: skip
    return program[:size].tolist(), numbers[:count].tolist()


def scale(
    sketch: Sketch, scaling: str, f: Expression, names: tuple[str, ...], X: Floats, y: Floats
) -> Expression:
    """The form filled with ``f``, and a, b, c as fit best."""
    filled = sketch.filled(f, names)
    if scaling == "none":
        return filled
    parts = [filled]
    if sketch.kind == SUM and scaling == "affine":
        parts = [sketch.expression(names), f]
    with np.errstate(all="ignore"):
        columns = [evaluate(part, names, X) for part in parts]
    if scaling == "affine":
        columns.append(np.ones(len(y)))
        parts.append(Number(1))
    table = np.column_stack(columns)
    rows = np.isfinite(table).all(axis=1)
    weights = np.linalg.lstsq(table[rows], y[rows], rcond=None)[0]
    terms = [
        Call("mul", (Number(float(weight)), part))
        for weight, part in zip(weights, parts, strict=True)
    ]
    return terms[0] if len(terms) == 1 else Call("add", tuple(terms))
