"""What canonical forms cost, with SymPy as it is and as the judge uses it; and whether they agree.

    python -m benchmarks.canonical_forms [--forms 60] [--csv FILE COLUMN] [--seconds 3]
                                         [--shares 8]

The forms are of random fits from a fixed seed, or of a column of expressions drawn by it. Each has
``--seconds`` of processor time in a process of its own: 3, as in scoring, or what is asked for.
``bench.scoring.ned.quick_sympy`` says what the judge adds to SymPy. Two more tables say where the
rest is spent, in that many of the dearest forms: below which calls (they overlap), and in which
files.
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import csv
import json
import os
import pstats
import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.expression import Expression, ParseError, parse
from bench.scoring import canonical_form
from bench.scoring.ned import canonical
from bench.scoring.ned.late_primes import late_primes
from bench.scoring.ned.quick_sympy import quick_sympy

WAYS: dict[str, Any] = {
    "SymPy as it is": contextlib.nullcontext,
    "late primes only": late_primes,
    "as the judge uses it": quick_sympy,
}

CALLS = [
    "simplify",
    "factor",
    "cancel",
    "trigsimp",
    "exptrigsimp",
    "together",
    "powsimp",
    "signsimp",
    "factor_terms",
    "gcd_terms",
    "expand",
    "count_ops",
    "evalf",
    "subs",
]


def random_fit(rng: random.Random) -> str:
    """A sum over a sum, or a function of one, with constants of three decimals."""

    def total(terms: int) -> str:
        return " + ".join(
            f"{rng.uniform(-3, 3):.3f}*"
            + "*".join(f"x{k}**{rng.randint(0, 2)}" for k in rng.sample(range(4), 2))
            for _ in range(terms)
        )

    terms = rng.randint(2, 7)
    shapes = ("({0})/({1})", "({0})*{2}(({1}))", "{2}(({0})/({1}))")
    function = rng.choice(("sin", "exp", "sqrt"))
    return rng.choice(shapes).format(total(terms), total(terms), function)


def read_column(path: str, column: str, count: int, rng: random.Random) -> list[Expression]:
    """At most ``count`` expressions of a column of a CSV file, drawn by ``rng``."""
    found = []
    with Path(path).open(newline="", encoding="utf-8") as file:
        for text in sorted({row[column] for row in csv.DictReader(file)}):
            with contextlib.suppress(ParseError):
                found.append(parse(text))
    return rng.sample(found, min(count, len(found)))


def form_of(expression: Expression, way: str, limit: float) -> tuple[float, str | None]:
    """CPU seconds, and the form; the limit, and None, where that ends it."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_PROF, limit)
        setattr(canonical, "quick_sympy", WAYS[way])  # noqa: B010
        start = time.process_time()
        form = canonical_form(expression)
        os.write(theirs, json.dumps([time.process_time() - start, str(form.as_dict())]).encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return tuple(json.loads(text)) if text else (limit, None)


def compare_ways(expressions: list[Expression], limit: float) -> list[Expression]:
    """Print what forms cost in each way, and whether they are those of SymPy as it is.

    Returns the expressions whose forms the judge has in time, the dearest first.
    """
    rows = [{way: form_of(one, way, limit) for way in WAYS} for one in expressions]
    forms = {way: [row[way] for row in rows] for way in WAYS}
    plain = forms["SymPy as it is"]
    print(f"{len(expressions)} canonical forms, {limit:g} CPU s each at most\n")
    print("| SymPy | CPU s | not finished | differ | CPU s of those that all finish |")
    print("|---|---:|---:|---:|---:|")
    finished = [k for k in range(len(plain)) if all(made[k][1] for made in forms.values())]
    for way, made in forms.items():
        different = sum(a[1] != b[1] for a, b in zip(plain, made, strict=True) if a[1] and b[1])
        print(
            f"| {way} | {sum(cost for cost, _ in made):.1f} "
            f"| {sum(form is None for _, form in made)} | {different} "
            f"| {sum(made[k][0] for k in finished):.1f} |"
        )
    costs = [(cost, k) for k, (cost, form) in enumerate(forms["as the judge uses it"]) if form]
    return [expressions[k] for _, k in sorted(costs, reverse=True)]


def print_shares(expressions: list[Expression]) -> None:
    """Print where the time is spent, with all that SymPy has been sped up by."""
    profile = cProfile.Profile()
    for expression in expressions:
        profile.runcall(canonical_form, expression)
    below: Counter[str] = Counter()
    own: Counter[str] = Counter()
    for (file, _, name), row in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        place = Path(file).parts
        own["/".join(place[-3:]) if "sympy" in place or "mpmath" in place else "Python"] += row[2]
        if name in CALLS and "sympy" in place:
            below[name] = max(below[name], row[3])
    for title, seconds in (("below", below), ("in", own)):
        print(f"\n| {title}, of {len(expressions)} forms | share |\n|---|---:|")
        for name, part in seconds.most_common(14):
            print(f"| {name} | {part / own.total():.0%} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forms", type=int, default=60, help="canonical forms")
    parser.add_argument("--csv", nargs=2, metavar=("FILE", "COLUMN"), help="whose forms")
    parser.add_argument("--seconds", type=float, default=3.0, help="processor time of a form")
    parser.add_argument("--shares", type=int, default=8, help="forms whose time is looked at")
    arguments = parser.parse_args()
    rng = random.Random(0)
    if arguments.csv:
        path, column = arguments.csv
        expressions = read_column(path, column, arguments.forms, rng)
    else:
        expressions = [parse(random_fit(rng)) for _ in range(arguments.forms)]
    canonical_form(parse("sin(x0)*exp(x1) + x0**2/(x1 + 1.5)"))  # SymPy fills its tables
    dearest = compare_ways(expressions, arguments.seconds)
    print_shares(dearest[: arguments.shares])


if __name__ == "__main__":
    main()
