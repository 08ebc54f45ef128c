"""SymPy's factorisation without the primes that it looks for and does not use.

``dmp_zz_wang`` factors polynomials in several variables (P. S. Wang: An improved multivariate
polynomial factoring algorithm. Math. Comp. 32 (1978), 1215-1231). It begins with the next prime
after a bound on the factors' coefficients, and needs that prime only to lift factors, once it has
found that there are several. Decimal constants become fractions with denominators of many digits,
and their bound has thousands of bits: in fits by
symbolic regression the search for the prime takes nine tenths of a factorisation, nearly always of
a polynomial that has no factors.

Here the bound is kept, and the same prime is found when it is needed. Nothing else is changed, so
that the factors are those that SymPy gives.
"""

from __future__ import annotations

import contextlib
import inspect
import threading
from collections.abc import Iterator
from typing import Any

_ANY_SMALL_NUMBER = 2
_SHAPES = {
    "dmp_zz_mignotte_bound": ("f", "u", "K"),
    "dmp_zz_wang_hensel_lifting": ("f", "H", "LC", "A", "p", "u", "K"),
}
"""The two functions between which the prime is handed on, and what they take."""


@contextlib.contextmanager
def late_primes() -> Iterator[None]:
    """Within, SymPy looks for the prime where it is used. Elsewhere it is left as it is.

    Where this SymPy has other functions than those known here, nothing is changed.
    """
    from sympy.ntheory import nextprime
    from sympy.polys import factortools

    if not all(_is_known(factortools, name) for name in _SHAPES):
        yield
        return
    bound_of, lifting = factortools.dmp_zz_mignotte_bound, factortools.dmp_zz_wang_hensel_lifting
    last = threading.local()

    def small_bound(f: Any, u: Any, K: Any) -> int:
        # Between here and the lifting SymPy asks for no other bound: what calls this function
        # within it, the factorisation of a leading coefficient, comes before.
        last.bound = bound_of(f, u, K)
        return _ANY_SMALL_NUMBER

    def lifting_by_the_prime(f: Any, H: Any, LC: Any, A: Any, p: Any, u: Any, K: Any) -> Any:
        return lifting(f, H, LC, A, K(nextprime(last.bound)), u, K)

    factortools.dmp_zz_mignotte_bound = small_bound
    factortools.dmp_zz_wang_hensel_lifting = lifting_by_the_prime
    try:
        yield
    finally:
        factortools.dmp_zz_mignotte_bound = bound_of
        factortools.dmp_zz_wang_hensel_lifting = lifting


def _is_known(module: Any, name: str) -> bool:
    function = getattr(module, name, None)
    return function is not None and tuple(inspect.signature(function).parameters) == _SHAPES[name]
