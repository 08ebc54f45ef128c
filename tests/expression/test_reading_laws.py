"""Every law that ships, written as engines write, is read as that law; each form has some."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import sympy
from written_forms import WRITTEN

from bench.expression import Call, Expression, evaluate, parse, postorder, read, to_sympy
from bench.problems import dataset_names, load_dataset
from bench.problems.variable import Variable

Law = tuple[Expression, tuple[Variable, ...]]
SYMPY_FORMS: dict[str, Callable[[sympy.Expr], str]] = {
    "str": str,
    "srepr": sympy.srepr,
    "latex": sympy.latex,
    "latex with \\times": lambda law: sympy.latex(law, mul_symbol="times"),
    "mathematica_code": sympy.mathematica_code,
    "julia_code": sympy.julia_code,
    "octave_code": sympy.octave_code,
    "pycode": sympy.pycode,
}


@cache
def laws() -> tuple[Law, ...]:
    """Each law that lies in a catalogue, once."""
    found: dict[tuple[str, int], Law] = {}
    for name in dataset_names():
        if name.startswith("fresh"):
            continue  # made anew when they are asked for
        for problem in load_dataset(name).problems:
            if problem.kind == "table" and problem.truth is not None:
                key = problem.truth, len(problem.variables)
                found[key] = parse(problem.truth, problem.variables), problem.variables
    return tuple(found.values())


def test_the_laws_are_there() -> None:
    assert len(laws()) >= 500


@pytest.mark.parametrize("form", WRITTEN)
def test_a_law_in_a_form_of_engines_is_the_same_tree(form: str) -> None:
    written, operators = WRITTEN[form]
    place = [*WRITTEN].index(form) % 3  # each form on a third of the laws
    count = 0
    for law, variables in laws()[place::3]:
        used = {node.op for node in postorder(law) if isinstance(node, Call)}
        if used <= set(operators):
            assert read(written(law), variables).expression == law
            count += 1
    assert count >= 0.95 * len(laws()[place::3])


@pytest.mark.timeout(900)
@pytest.mark.parametrize("form", SYMPY_FORMS)
def test_a_law_as_sympy_prints_it_has_the_same_values(form: str) -> None:
    place = [*SYMPY_FORMS].index(form) % 5  # each form on a fifth of the laws
    for law, variables in laws()[place::5]:
        text = SYMPY_FORMS[form](to_sympy(law))
        again = read(text, variables).expression
        _same_values(law, again, [variable.name for variable in variables])


def _same_values(law: Expression, again: Expression, names: list[str]) -> None:
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.uniform(0.1, 0.9, (8, len(names))), rng.uniform(1, 3, (8, len(names)))])
    with np.errstate(all="ignore"):
        wanted, found = evaluate(law, names, X + 0j), evaluate(again, names, X + 0j)
    usable = np.isfinite(wanted) & (np.abs(wanted) < 1e100)
    scale = np.maximum(np.abs(wanted[usable]), 1e-6 * np.max(np.abs(wanted[usable]), initial=0))
    assert np.all(np.abs(found[usable] - wanted[usable]) <= 1e-7 * scale), (str(law), str(again))
