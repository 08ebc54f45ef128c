"""SymPy within which canonical forms cost less and are the same.

Three things are added to SymPy, none of which changes a result:

* what it computes twice of one expression is kept (``bench.scoring.ned.remembered``);
* polynomials are proved coprime or irreducible modulo a prime, where that is so, before SymPy
  looks for their factors, and its primes are sought late (``certificates``, ``late_primes``);
* three costs without a use are left out: an integer compared with a dict makes SymPy build a
  ``Dict``, each hash of a decimal rounds it anew, and each pair of terms of a sum is brought into
  trigonometric form whose other factors already differ.

Where this SymPy has other functions than those known here, they are left as they are.
"""

from __future__ import annotations

import contextlib
import gc
import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

from bench.scoring.ned.certificates import certainly_coprime, certainly_irreducible
from bench.scoring.ned.late_primes import late_primes
from bench.scoring.ned.remembered import remembered_results

_COLLECTIONS = (100_000, 50, 100)
"""When Python looks for cycles, which costs a fifteenth: trees have none to speak of."""


@contextlib.contextmanager
def quick_sympy() -> Iterator[None]:
    """Within, SymPy is quicker. Elsewhere it is left as it is. Not for several threads at once."""
    with contextlib.ExitStack() as stack:
        for part in (deeper_stack, rare_collections, cheap_comparisons, proofs_first):
            stack.enter_context(part())
        stack.enter_context(early_trig_split())
        stack.enter_context(late_primes())
        stack.enter_context(remembered_results())
        yield


@contextlib.contextmanager
def deeper_stack() -> Iterator[None]:
    """Within, recursion may go twice as deep: what is added takes a frame for each of SymPy's."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(2 * before)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@contextlib.contextmanager
def rare_collections() -> Iterator[None]:
    """Within, Python looks for cycles in what SymPy builds more rarely."""
    before = gc.get_threshold()
    gc.set_threshold(*_COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextlib.contextmanager
def cheap_comparisons() -> Iterator[None]:
    """Within, integers differ from dicts at once, and decimals keep their hash."""
    from sympy import Float, Integer

    equals, hash_of = Integer.__eq__, Float.__hash__

    def equals_no_dict(self: Any, other: Any) -> Any:
        return NotImplemented if type(other) is dict else equals(self, other)

    def kept_hash(self: Any) -> int:
        if self._mhash is None:
            self._mhash = hash_of(self)
        return int(self._mhash)

    with contextlib.ExitStack() as stack:
        stack.enter_context(_replaced(Integer, "__eq__", equals_no_dict))
        if "_mhash" in getattr(sys.modules["sympy.core.basic"].Basic, "__slots__", ()):
            stack.enter_context(_replaced(Float, "__hash__", kept_hash))
        yield


@contextlib.contextmanager
def proofs_first() -> Iterator[None]:
    """Within, SymPy looks for common factors and factors of polynomials where there may be some."""
    from sympy.polys import euclidtools, factortools

    common: Any = getattr(euclidtools, "dmp_zz_heu_gcd", None)
    factored: Any = getattr(factortools, "dmp_zz_factor", None)
    with contextlib.ExitStack() as stack:
        if _takes(common, "f", "g", "u", "K"):
            new = _unless_coprime(common)
            stack.enter_context(_replaced(euclidtools, "dmp_zz_heu_gcd", new))
        if _takes(factored, "f", "u", "K"):
            new = _unless_irreducible(factored)
            stack.enter_context(_replaced(factortools, "dmp_zz_factor", new))
        yield


def _unless_coprime(common: Callable[..., Any]) -> Callable[..., Any]:
    """``common``, which finds the common factor and what is left of ``f`` and ``g``."""
    from sympy.polys.densebasic import dmp_ground, dmp_zero_p
    from sympy.polys.densetools import dmp_ground_extract

    inside = False

    def common_factor(f: Any, g: Any, u: int, K: Any) -> Any:
        nonlocal inside
        if inside or not u or dmp_zero_p(f, u) or dmp_zero_p(g, u):
            return common(f, g, u, K)
        if certainly_coprime(f, g, u):
            number, f, g = dmp_ground_extract(f, g, u, K)
            return dmp_ground(number, u), f, g
        # Its steps have huge coefficients, and common factors where these have.
        inside = True
        try:
            return common(f, g, u, K)
        finally:
            inside = False

    return common_factor


def _unless_irreducible(factored: Callable[..., Any]) -> Callable[..., Any]:
    """``factored``, which finds the number before ``f``, and its factors with multiplicities."""
    from sympy.polys.densearith import dmp_neg
    from sympy.polys.densebasic import dmp_ground_LC, dmp_zero_p
    from sympy.polys.densetools import dmp_ground_primitive

    def factors(f: Any, u: int, K: Any) -> Any:
        if u and not dmp_zero_p(f, u):
            number, part = dmp_ground_primitive(f, u, K)
            if dmp_ground_LC(part, u, K) < 0:
                number, part = -number, dmp_neg(part, u, K)
            if certainly_irreducible(part, u):
                return number, [(part, 1)]
        return factored(f, u, K)

    return factors


@contextlib.contextmanager
def early_trig_split() -> Iterator[None]:
    """Within, two terms in which a variable has different powers are not split.

    ``trig_split`` divides both by what they share, and takes what is left of each only if it is a
    number, a square root, sines and cosines. Left of such terms is a power of the variable.
    """
    fu: Any = sys.modules["sympy.simplify.fu"]
    split: Any = getattr(fu, "trig_split", None)
    factors_of: Any = getattr(fu, "Factors", None)
    if factors_of is None or not _takes(split, "a", "b", "two"):
        yield
        return
    known: dict[Any, Any] = {}

    def once(term: Any) -> Any:
        found = known.get(term)
        if found is None:
            found = known[term] = factors_of(term)
        return found

    def split_if_alike(a: Any, b: Any, two: bool = False) -> Any:
        one, other = once(a).factors, once(b).factors
        return None if _another_power(one, other) else split(a, b, two)

    with _replaced(fu, "trig_split", split_if_alike), _replaced(fu, "Factors", once):
        yield


def _another_power(one: dict[Any, Any], other: dict[Any, Any]) -> bool:
    """Whether a variable's exponents in the two products differ, and are whole numbers."""
    return any(
        base.is_Symbol
        and one.get(base, 0) != other.get(base, 0)
        and all(_is_whole(product.get(base, 0)) for product in (one, other))
        for base in {*one, *other}
    )


def _is_whole(exponent: Any) -> bool:
    return isinstance(exponent, int) or bool(exponent.is_Integer)


@contextlib.contextmanager
def _replaced(owner: Any, name: str, new: Callable[..., Any]) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, new)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _takes(function: Any, *names: str) -> bool:
    return function is not None and tuple(inspect.signature(function).parameters) == names
