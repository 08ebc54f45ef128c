"""Factors are those of SymPy, whether it looks for its primes early or late."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
import sympy
import sympy.ntheory
from sympy.polys import factortools

from bench.expression import parse, to_sympy
from bench.scoring.ned.late_primes import late_primes

X, Y, Z = sympy.symbols("x y z")


def polynomial(rng: random.Random, variables: tuple[sympy.Symbol, ...]) -> sympy.Expr:
    """A few terms with coefficients as fits have them: decimals, now and then a whole number."""
    terms = []
    for _ in range(rng.randint(1, 4)):
        decimal = sympy.Float(round(rng.uniform(-9, 9), rng.randint(1, 6)) or 0.5)
        coefficient = rng.choice((decimal, decimal, sympy.Integer(rng.randint(1, 9))))
        terms.append(coefficient * sympy.prod(v ** rng.randint(0, 2) for v in variables))
    return sympy.Add(*terms)


@pytest.mark.parametrize("part", range(4))
def test_factors_are_the_same(part: int) -> None:
    rng = random.Random(part)
    for _ in range(20):
        variables = rng.choice(((X,), (X, Y), (X, Y, Z)))
        product = sympy.prod(polynomial(rng, variables) for _ in range(rng.randint(1, 3)))
        given = sympy.expand(product) / rng.choice((1, polynomial(rng, variables)))
        with late_primes():
            late = given.factor()
        assert sympy.srepr(late) == sympy.srepr(given.factor()), given


def primes_sought(
    monkeypatch: pytest.MonkeyPatch, work: Callable[[], object], *, late: bool
) -> list[int]:
    """What SymPy asks for the next prime after, in ``work``."""
    sought: list[int] = []
    original = sympy.ntheory.nextprime

    def noted(number: int, ith: int = 1) -> int:
        sought.append(int(number))
        return int(original(number, ith))

    with monkeypatch.context() as patch:
        patch.setattr(sympy.ntheory, "nextprime", noted)
        if late:
            with late_primes():
                work()
        else:
            work()
    return [number for number in sought if number > 2]


def test_no_prime_is_sought_for_what_has_no_factors(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = to_sympy(parse("0.3187*x**2*y + 1.71*x*y**2 + 0.913*x + 2.0431"))
    assert primes_sought(monkeypatch, whole.factor, late=False)[-1].bit_length() > 100
    assert primes_sought(monkeypatch, whole.factor, late=True) == []


def test_what_has_factors_is_lifted_by_the_same_prime(monkeypatch: pytest.MonkeyPatch) -> None:
    product = sympy.expand((X**2 * Y + 3 * X + 5) * (X * Y**2 - 7 * Y + 2) * (X + Y + 11))
    early = primes_sought(monkeypatch, product.factor, late=False)
    late = primes_sought(monkeypatch, product.factor, late=True)
    assert late and set(late) <= set(early)


def test_sympy_is_left_as_it_was() -> None:
    names = ("dmp_zz_mignotte_bound", "dmp_zz_wang_hensel_lifting")
    before = [getattr(factortools, name) for name in names]
    with pytest.raises(ZeroDivisionError), late_primes():
        assert all(getattr(factortools, name) not in before for name in names)
        raise ZeroDivisionError
    assert [getattr(factortools, name) for name in names] == before


def test_another_sympy_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(f: object, K: object) -> int:
        return 2

    monkeypatch.setattr(factortools, "dmp_zz_mignotte_bound", other)
    with late_primes():
        assert factortools.dmp_zz_mignotte_bound is other
