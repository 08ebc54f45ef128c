"""Structural edits that change a law as little as can be: how the suite's negatives are made.

Each edit gives a tree that is another law, whatever its values; or None where it does not apply.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from bench.expression import Call, Expression, Number, Symbol, evaluate, parse, substitute, symbols
from benchmarks.judge.identities import Ground, nodes_with_paths, replaced

Array = NDArray[np.float64]
Edit = Callable[[Expression, Ground, random.Random], Expression | None]

_SMOOTH = (
    "sin",
    "cos",
    "tan",
    "exp",
    "log",
    "sqrt",
    "tanh",
    "asin",
    "acos",
    "sinh",
    "cosh",
    "atan",
)


def approximant(truth: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    """A function, or a quotient's denominator, replaced by a polynomial or rational fit.

    The fit is the interpolation at Chebyshev's points of the argument's range, of a degree from 2
    to 9: as close as its constants can come, to within a digit.
    """
    places = [
        (path, node)
        for path, node in nodes_with_paths(truth)
        if isinstance(node, Call) and (node.op in _SMOOTH or node.op == "div") and symbols(node)
    ]
    rng.shuffle(places)
    for path, node in places:
        argument = node.args[-1]
        u = evaluate(argument, ground.names, ground.X)
        low, high = float(np.min(u)), float(np.max(u))
        if not symbols(argument) or not np.isfinite(high - low) or high - low > 30:
            continue
        if high - low < 1e-3 or (isinstance(argument, Symbol) and node.op == "div" and low <= 0):
            continue
        outer = (lambda v: 1.0 / v) if node.op == "div" else _function(node.op)
        fit = _polynomial(outer, low, high, rng.randint(2, 9), argument)
        if fit is None:
            continue
        new = Call("mul", (node.args[0], fit)) if node.op == "div" else fit
        return replaced(truth, path, new)
    return None


def _function(op: str) -> Callable[[Array], Array]:
    return lambda v: evaluate(Call(op, (Symbol("v"),)), ["v"], v[:, None])


def _polynomial(
    function: Callable[[Array], Array], low: float, high: float, degree: int, u: Expression
) -> Expression | None:
    """sum of c_k*(u - middle)**k, or the reciprocal of such a sum."""
    fit = np.polynomial.Chebyshev.interpolate(function, degree, [low, high])
    middle = (low + high) / 2
    series = fit.convert(kind=np.polynomial.Polynomial, domain=[middle - 1, middle + 1])
    coefficients = series.coef.tolist()
    if not np.all(np.isfinite(coefficients)) or 0.0 in coefficients:
        return None
    terms = [f"({c!r})*(u - ({middle!r}))**{k}" for k, c in enumerate(coefficients)]
    return substitute(parse(" + ".join(terms)), {"u": u})


def taylor(truth: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    """A function of a small argument replaced by the first terms of its series, or a Pade form."""
    series: Mapping[str, tuple[str, ...]] = {
        "sin": ("u - u**3/6", "u - u**3/6 + u**5/120", "u*(60 - 7*u**2)/(60 + 3*u**2)"),
        "cos": (
            "1 - u**2/2 + u**4/24",
            "1 - u**2/2 + u**4/24 - u**6/720",
            "(12 - 5*u**2)/(12 + u**2)",
        ),
        "exp": ("1 + u + u**2/2 + u**3/6", "(12 + 6*u + u**2)/(12 - 6*u + u**2)", "(1 + u/64)**64"),
        "tanh": (
            "u - u**3/3",
            "u*(15 + u**2)/(15 + 6*u**2)",
            "u/sqrt(1 + u**2)",
            "2*atan(sinh(u))/2",
        ),
        "sqrt": ("(1 + u)/2", "(1 + 3*u)/(3 + u)", "(1 + 10*u + 5*u**2)/(5 + 10*u + u**2)"),
        "log": ("(u - 1) - (u - 1)**2/2", "2*(u - 1)/(u + 1)", "3*(u**2 - 1)/(u**2 + 4*u + 1)"),
        "asin": ("u + u**3/6", "u + u**3/6 + 3*u**5/40"),
    }
    places = [
        (path, node)
        for path, node in nodes_with_paths(truth)
        if isinstance(node, Call) and node.op in series and symbols(node)
    ]
    if not places:
        return None
    path, node = rng.choice(places)
    form = substitute(parse(rng.choice(series[node.op])), {"u": node.args[0]})
    return replaced(truth, path, form)


def dropped(truth: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    """The smallest term of a sum left out."""
    best: tuple[float, Expression] | None = None
    for path, node in nodes_with_paths(truth):
        if not isinstance(node, Call) or node.op not in ("add", "sub"):
            continue
        total = np.abs(evaluate(node, ground.names, ground.X))
        for index, term in enumerate(node.args):
            share = float(np.median(np.abs(evaluate(term, ground.names, ground.X)) / total))
            if node.op == "sub":
                rest = node.args[0] if index else Call("neg", (node.args[1],))
            else:
                kept = node.args[:index] + node.args[index + 1 :]
                rest = kept[0] if len(kept) == 1 else Call("add", kept)
            if best is None or share < best[0]:
                best = share, replaced(truth, path, rest)
    return None if best is None else best[1]


def swapped(truth: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    """Two variables change places."""
    names = sorted(symbols(truth))
    if len(names) < 2:
        return None
    a, b = rng.sample(names, 2)
    return substitute(truth, {a: Symbol(b), b: Symbol(a)})


def another_exponent(truth: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    """One power, root or plain variable gets another exponent."""
    forms: list[tuple[tuple[int, ...], Expression]] = []
    for path, node in nodes_with_paths(truth):
        if path and path[-1] == 1 and _is_power(truth, path[:-1]):
            continue  # an exponent, not a factor
        if isinstance(node, Call) and node.op == "pow" and isinstance(node.args[1], Number):
            n = node.args[1].value
            if isinstance(n, int):
                new = n + rng.choice([-1, 1])
                forms.append((path, Call("pow", (node.args[0], Number(new if new else 2)))))
        elif isinstance(node, Call) and node.op == "sqrt":
            forms.append((path, Call("pow", (node.args[0], parse("1/3")))))
        elif isinstance(node, Symbol):
            forms.append((path, Call("pow", (node, Number(2)))))
    if not forms:
        return None
    return replaced(truth, *rng.choice(forms))


def _is_power(truth: Expression, path: tuple[int, ...]) -> bool:
    node = truth
    for index in path:
        assert isinstance(node, Call)
        node = node.args[index]
    return isinstance(node, Call) and node.op == "pow"


def sign_flip(truth: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    """One sum becomes a difference, or the reverse."""
    places = [
        (path, node)
        for path, node in nodes_with_paths(truth)
        if isinstance(node, Call) and node.op in ("add", "sub") and symbols(node)
    ]
    if not places:
        return None
    path, node = rng.choice(places)
    if node.op == "sub":
        return replaced(truth, path, Call("add", node.args))
    index = rng.randrange(1, len(node.args))
    args = list(node.args)
    args[index] = Call("neg", (args[index],))
    return replaced(truth, path, Call("add", tuple(args)))


def imaginary(truth: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    """A multiple, or a small part, that is imaginary."""
    form = rng.choice(["I*t", "t + 0.001*I*t", "sqrt(-1)*t", "t*(-1)**0.5", "t + 1e-6*log(-1)*t"])
    return substitute(parse(form), {"t": truth})


def undefined(truth: Expression, ground: Ground, rng: random.Random) -> Expression | None:
    """The truth times something that is one, where it is defined at all: not everywhere."""
    name = rng.choice(ground.names)
    column = ground.X[:, ground.names.index(name)]
    q = float(np.quantile(column, rng.uniform(0.2, 0.8)))
    form = rng.choice(["t*sqrt(v - q)/sqrt(v - q)", "t + log(v - q) - log(v - q)"])
    return substitute(parse(form), {"t": truth, "v": Symbol(name), "q": Number(q)})


EDITS: Mapping[str, Edit] = {
    "approximant": approximant,
    "series": taylor,
    "dropped term": dropped,
    "swapped variables": swapped,
    "another exponent": another_exponent,
    "sign flip": sign_flip,
    "imaginary": imaginary,
    "undefined": undefined,
}
