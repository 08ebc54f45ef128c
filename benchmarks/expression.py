"""How fast expressions are read, compiled, evaluated and fitted (``-m benchmarks.expression``).

Medians on random trees over five variables; the fit is of four constants, and reaches rounding
error. The first fit on a machine compiles for a few seconds; it is not counted.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from statistics import median

import numpy as np

from bench.expression import compile_expression, parse, to_sympy
from bench.expression.compiled.fit import Fitter
from bench.expression.compiled.program import compile_program

NAMES = [f"x{i}" for i in range(5)]


def random_text(nodes: int, rng: random.Random) -> str:
    """Infix text of about so many nodes, as genetic programming leaves it."""
    if nodes <= 1:
        return rng.choice([*NAMES, f"{rng.uniform(-3, 3):.6f}"])
    if rng.random() < 0.25:
        return f"{rng.choice(['sin', 'exp', 'cos', 'sqrt'])}({random_text(nodes - 1, rng)})"
    left = rng.randint(1, max(1, nodes - 2))
    operator = rng.choice("+-*/")
    return f"({random_text(left, rng)} {operator} {random_text(nodes - 1 - left, rng)})"


def microseconds(action: Callable[[], object], repeats: int = 20) -> float:
    """The median time of one call."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return median(times) * 1e6


def fit_time(rows: int) -> float:
    """Microseconds to fit four constants, compiled once, to ``rows`` rows."""
    X = np.random.default_rng(0).uniform(0.1, 3.0, (rows, 2))
    y = 3.39 * X[:, 0] ** 3 + 2.12 * X[:, 0] ** 2 + 1.78 * X[:, 0] + np.sin(1.3 * X[:, 1])
    tree = parse("1.0*x0**3 + 1.0*x0**2 + 1.0*x0 + sin(1.0*x1)")
    fitter, program = Fitter(X, y), compile_program(tree, NAMES[:2])
    assert fitter.fit(program).residual < 1e-13
    return microseconds(lambda: fitter.fit(program), 200)


def main() -> None:
    rng = random.Random(0)
    X = np.random.default_rng(0).uniform(0.1, 2.0, (300, 5))
    rows = []
    for nodes in (10, 30, 200):
        times = []
        for _ in range(30):
            text = random_text(nodes, rng)
            tree = parse(text)
            tape = compile_expression(tree, NAMES)
            times.append(
                [
                    microseconds(lambda: parse(text)),  # noqa: B023
                    microseconds(lambda: compile_expression(tree, NAMES)),  # noqa: B023
                    microseconds(lambda: tape(X)),  # noqa: B023
                    microseconds(lambda: tape(X + 0j)),  # noqa: B023
                    microseconds(lambda: to_sympy(tree), 1),  # noqa: B023
                ]
            )
        rows.append((nodes, np.median(times, axis=0)))
    print(" nodes   parse  compile  300 rows  as complex  to SymPy   (microseconds)")
    for nodes, medians in rows:
        print(f"{nodes:6d}" + "".join(f"{time:10.0f}" for time in medians))
    for count in (20, 300, 10_000):
        print(f"fit of four constants to {count} rows: {fit_time(count):.0f}")


if __name__ == "__main__":
    main()
