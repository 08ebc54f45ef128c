"""Fresh problems of the second kind: known and novel terms of a field of science, put together.

As LLM-SRBench's LSR-Synth (Shojaee et al. 2025, arXiv:2504.10415, section 3.2) has it, without a
language model to choose the terms: the library is given, and the seed draws from it.
"""

from __future__ import annotations

from dataclasses import asdict
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.expression import (
    Call,
    Expression,
    Number,
    Symbol,
    compile_expression,
    evaluate,
    parse,
    substitute,
    symbols,
)
from bench.problems.fresh.fairness import everything_matters, is_bounded
from bench.problems.fresh.fields import Field
from bench.problems.fresh.law import Law
from bench.problems.fresh.merge import merge_constants, rounded
from bench.problems.problem import Domain
from bench.problems.sources.dynamics import System
from bench.problems.sources.sampling import sample_domain
from bench.problems.variable import Sampling, Variable

SAMPLES = {"train": 1500, "test": 500}
STARTS, POINTS = 50, 40
MOST_TERMS = 4

_DIGITS = 3
_DIED_OUT = 1e-3
_ROWS = 500


def synthesised(field: Field, random: Random) -> Law | None:
    """A law of ``field`` as ``random`` draws it, and its data.

    None where it cannot be solved from every starting point, is not bounded, or leaves a term or an
    input idle on the data.
    """
    terms = composed(field, random)
    data: dict[str, Any] = {"samples": SAMPLES}
    if field.ranges:
        X = _drawn(field)
    else:
        system = _system(field, terms, random)
        data, X = {"system": asdict(system)}, _visited(system)
        if not _stays(X[:, 1:], field):
            return None
    used = [j for j, column in enumerate(field.columns) if column in symbols(terms)]
    X = X[:, used]
    variables = tuple(
        _variable(k, list(field.columns.items())[j], X[:, k]) for k, j in enumerate(used)
    )
    law = substitute(terms, {variable.symbol: Symbol(variable.name) for variable in variables})
    names = [variable.name for variable in variables]
    if not is_bounded(evaluate(law, names, X)) or not everything_matters(law, names, X):
        return None
    return Law(law, variables, Variable("y", field.target), field.meaning, data)


def composed(field: Field, random: Random) -> Expression:
    """A sum of known and novel terms of ``field``, at least one of each, in its column names."""
    count = random.randint(2, MOST_TERMS)
    known = random.sample(field.known, random.randint(1, min(count - 1, len(field.known))))
    novel = random.sample(field.novel, count - len(known))
    law: Expression | None = None
    for text in known + novel:
        negative = text.startswith("-")
        term = _term(field, text.removeprefix("-"), random)
        if law is None:
            law = Call("neg", (term,)) if negative else term
        else:
            law = Call("sub" if negative else "add", (law, term))
    assert law is not None
    return merge_constants(law, _DIGITS)


def _term(field: Field, text: str, random: Random) -> Expression:
    """A term of the library with its constants drawn, in the order of their names."""
    term = parse(text, {name: name for name in (*field.columns, *field.constants)})
    constants: dict[str, Expression] = {}
    for name in sorted(symbols(term) - set(field.columns)):
        constants[name] = Number(rounded(random.uniform(*field.constants[name]), _DIGITS))
    return substitute(term, constants)


def _system(field: Field, law: Expression, random: Random) -> System:
    """The equations of ``field`` with this law: x' = v, v' = law; started at drawn points."""
    states = list(field.columns)[1:]
    rates = dict(zip(states, [*states[1:], str(law)], strict=True))
    starts = tuple(
        tuple(rounded(random.uniform(*span), _DIGITS) for span in field.start)
        for _ in range(STARTS)
    )
    return System(rates, starts, field.duration, POINTS)


def _visited(system: System) -> NDArray[np.float64]:
    """The points of every other trajectory: enough to judge by."""
    path = system.trajectories(compile_expression)[::2]
    return path.reshape(-1, path.shape[2])


def _stays(states: NDArray[np.float64], field: Field) -> bool:
    """Whether all states are real and within the field's limits, and nine in ten of the last state
    at least a thousandth of its largest: what dies out teaches nothing."""
    least, most = field.limits
    if not (np.isfinite(states).all() and least <= states.min() and states.max() <= most):
        return False
    size = np.abs(states[:, -1])
    return float(np.quantile(size, 0.1)) >= _DIED_OUT * float(size.max())


def _drawn(field: Field) -> NDArray[np.float64]:
    spans = [Sampling("uniform", *span) for span in field.ranges]
    domain = Domain(
        tuple(Variable(c, sampling=s) for c, s in zip(field.columns, spans, strict=True))
    )
    return sample_domain(domain, _ROWS)


def _variable(index: int, column: tuple[str, str], values: NDArray[np.float64]) -> Variable:
    """A column as input ``index``, in the range of its values."""
    symbol, meaning = column
    low, high = (rounded(float(edge), _DIGITS) for edge in (np.min(values), np.max(values)))
    return Variable(f"x{index}", symbol, meaning, None, Sampling("uniform", low, high))
