"""A key that is equal for trees that differ only in how they are written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from bench.expression import OPERATORS, Call, Constant, Expression, Number, Symbol, fold
from bench.expression.tree import Leaf


@dataclass(frozen=True, slots=True)
class _Normal:
    """An operator and the digests of what it is applied to: as small for a deep tree as for x."""

    op: str
    parts: tuple[bytes, ...]

    @property
    def digest(self) -> bytes:
        sha = hashlib.blake2b(self.op.encode(), digest_size=20)
        for part in self.parts:
            sha.update(len(part).to_bytes(8, "big") + part)
        return sha.digest()


@lru_cache(maxsize=512)
def normal_key(expression: Expression) -> bytes:
    """Sums and products flattened and sorted; differences, quotients and roots as those.

    Equal keys mean equal functions: only rewriting that holds for all values is done. ``2.0`` and
    ``2`` are equal.
    """
    return fold(expression, _leaf, _call).digest


def _leaf(leaf: Leaf) -> _Normal:
    if isinstance(leaf, Number):
        return _number(leaf.value)
    assert isinstance(leaf, Constant | Symbol)
    kind = "constant" if isinstance(leaf, Constant) else "symbol"
    return _Normal(kind, (leaf.name.encode(),))


def _number(value: int | float) -> _Normal:
    whole = isinstance(value, float) and value.is_integer()
    return _Normal("number", (repr(int(value) if whole else value).encode(),))


_MINUS_ONE = _number(-1)


def _call(node: Call, forms: list[_Normal]) -> _Normal:
    match node.op:
        case "sub":
            return _chain("add", [forms[0], _chain("mul", [_MINUS_ONE, forms[1]])])
        case "neg":
            return _chain("mul", [_MINUS_ONE, forms[0]])
        case "div":
            inverse = _Normal("pow", (forms[1].digest, _MINUS_ONE.digest))
            return _chain("mul", [forms[0], inverse])
        case "sqrt":
            return _Normal("pow", (forms[0].digest, _number(0.5).digest))
        case op if OPERATORS[op].commutes:
            return _chain(op, forms)
    return _Normal(node.op, tuple(form.digest for form in forms))


def _chain(op: str, forms: list[_Normal]) -> _Normal:
    parts: list[bytes] = []
    for form in forms:
        parts.extend(form.parts if form.op == op else (form.digest,))
    return _Normal(op, tuple(sorted(parts)))
