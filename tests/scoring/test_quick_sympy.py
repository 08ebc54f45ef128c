"""Canonical forms are those of SymPy as it is, and of polynomials nothing false is proved."""

from __future__ import annotations

import contextlib
import gc
import itertools
import random
import sys
from typing import Any

import pytest
import sympy
from sympy.core.function import count_ops
from sympy.polys import euclidtools, factortools
from sympy.polys.domains import ZZ

from bench.expression import parse
from bench.scoring import canonical_form
from bench.scoring.ned import canonical
from bench.scoring.ned.certificates import certainly_coprime, certainly_irreducible
from bench.scoring.ned.quick_sympy import early_trig_split, proofs_first, quick_sympy

VARIABLES = X, Y, Z = sympy.symbols("x y z")


def polynomial(rng: random.Random, digits: int) -> sympy.Poly:
    """Two to six terms in up to three variables, with no whole number as common factor."""
    powers = list(itertools.product(range(3), repeat=3))
    terms = {
        power: rng.randint(1, 10**digits) * rng.choice((1, -1))
        for power in [*rng.sample(powers[:-1], rng.randint(1, 5)), rng.choice(powers[1:])]
    }
    return sympy.Poly(terms, *VARIABLES, domain=ZZ).primitive()[1]


def dense(poly: sympy.Poly) -> Any:
    return poly.rep.to_list()


def test_no_product_is_proved_irreducible() -> None:
    rng = random.Random(0)
    for _ in range(150):
        product = polynomial(rng, 3) * polynomial(rng, rng.choice((1, 8)))
        assert not certainly_irreducible(dense(product), 2), product


def test_no_common_factor_is_overlooked() -> None:
    rng = random.Random(1)
    for _ in range(300):
        shared, *others = (polynomial(rng, digits) for digits in (rng.choice((1, 9)), 4, 4))
        f, g = (shared * other for other in others)
        assert not certainly_coprime(dense(f), dense(g), 2) or shared.is_ground, (f, g)


def test_most_fits_are_proved_to_have_no_factors() -> None:
    rng = random.Random(2)
    fits = [polynomial(rng, 8) + rng.randint(1, 10**8) for _ in range(60)]
    fits = [fit for fit in fits if len(fit.factor_list()[1]) == 1 and fit.primitive()[0] == 1]
    fits = [fit for fit in fits if fit.factor_list()[1][0][1] == 1]
    assert sum(certainly_irreducible(dense(fit), 2) for fit in fits) > 0.9 * len(fits)
    pairs = list(itertools.pairwise(fits))
    assert sum(certainly_coprime(dense(f), dense(g), 2) for f, g in pairs) > 0.9 * len(pairs)


def test_factors_and_common_factors_are_those_of_sympy() -> None:
    rng = random.Random(3)
    for _ in range(40):
        f, g = polynomial(rng, 5), polynomial(rng, 5) * rng.choice((6, 1))
        shared = rng.choice((polynomial(rng, 2), sympy.Poly(4, *VARIABLES, domain=ZZ)))
        plain = (f * shared).factor_list(), (f * shared).cofactors(g * shared)
        with proofs_first():
            assert ((f * shared).factor_list(), (f * shared).cofactors(g * shared)) == plain, f


def test_terms_are_paired_as_sympy_pairs_them() -> None:
    rng = random.Random(4)
    fu: Any = sys.modules["sympy.simplify.fu"]
    angles = (X, Y, X / 2 + 1)

    def pair() -> tuple[sympy.Expr, sympy.Expr]:
        a, b = rng.choice(angles), rng.choice(angles)
        ends = rng.choice(
            [
                (sympy.cos(a) * sympy.cos(b), sympy.sin(a) * sympy.sin(b)),
                (sympy.cos(a) * sympy.sin(b), sympy.sin(a) * sympy.cos(b)),
                (sympy.cos(a), sympy.sin(b)),
                (sympy.cos(a) * X, sympy.sin(a)),
            ]
        )
        power = rng.choice((1, Z, Z**2, 1 / Z, sympy.sqrt(Z), Z**0.5, Z**Y, 3, sympy.sqrt(3)))
        other = rng.choice((power, power, -power, power * Z, power * sympy.sqrt(3), 1))
        return power * ends[0], other * ends[1]

    pairs = [pair() for _ in range(400)]
    plain = [fu.trig_split(a, b, two=True) for a, b in pairs]
    with early_trig_split():
        assert [fu.trig_split(a, b, two=True) for a, b in pairs] == plain
    assert 50 < sum(split is not None for split in plain) < 350


def random_fit(rng: random.Random, depth: int) -> str:
    if depth == 0:
        return rng.choice(("x0", "x1", "x2", f"{rng.uniform(-3, 3):.3f}", str(rng.randint(1, 4))))
    one, other = (random_fit(rng, rng.randint(0, depth - 1)) for _ in range(2))
    shapes = ("{0} + {1}", "({0})*({1})", "({0})/({1})", "{2}({0})", "({0})**2", "({0}) - {1}")
    function = rng.choice(("sin", "cos", "exp", "log", "sqrt", "abs", "tanh"))
    return f"{rng.uniform(0, 2):.2f}*({rng.choice(shapes).format(one, other, function)})"


@pytest.mark.parametrize("part", range(2))
def test_forms_are_those_of_sympy_as_it_is(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # benchmarks/canonical_forms.py compares longer ones.
    rng = random.Random(part)
    fits = [parse(random_fit(rng, rng.randint(2, 4))) for _ in range(25)]
    quick = [canonical_form(fit) for fit in fits]
    monkeypatch.setattr(canonical, "quick_sympy", contextlib.nullcontext)
    assert [canonical_form(fit) for fit in fits] == quick


def test_sympy_is_left_as_it_was() -> None:
    def state() -> list[Any]:
        modules = [sys.modules[f"sympy.{name}"] for name in ("simplify.fu", "simplify.simplify")]
        owners = [sympy, sympy.Integer, sympy.Float, sympy.Expr, factortools, euclidtools, *modules]
        return [*(value for owner in owners for value in vars(owner).items()), gc.get_threshold()]

    before = [value for value in state() if "staticmethod" not in str(value)]
    hints = sympy.Expr._expand_hint
    with pytest.raises(ZeroDivisionError), quick_sympy():
        assert sys.modules["sympy.simplify.simplify"].count_ops is not count_ops
        raise ZeroDivisionError
    assert [value for value in state() if "staticmethod" not in str(value)] == before
    assert sympy.Expr._expand_hint is hints


def test_another_sympy_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(f: object, K: object) -> object:
        return f

    for module, name in ((euclidtools, "dmp_zz_heu_gcd"), (factortools, "dmp_zz_factor")):
        monkeypatch.setattr(module, name, other)
    with quick_sympy():
        assert euclidtools.dmp_zz_heu_gcd is other
        assert factortools.dmp_zz_factor is other
