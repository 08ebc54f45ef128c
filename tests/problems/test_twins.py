"""Twins: same bits, other laws, nothing told; and how a command asks for them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import bench
from bench.expression import evaluate, numbers, parse
from bench.kinds.table.posing import told
from bench.problems.twins import KINDS, UnknownTwin, of_twin, twin

SOME = ("feynman-i.12.1", "feynman-i.12.4", "feynman-i.14.4")


@pytest.fixture(scope="module")
def twins() -> bench.Dataset:
    return bench.load("srsd_easy", only=SOME, twins=KINDS)


def test_twins_stand_behind_what_they_were_made_from(twins: bench.Dataset) -> None:
    names = [problem.id for problem in twins]
    assert names[:3] == [f"srsd_easy/{name}" for name in SOME]
    assert names[3:6] == [f"srsd_easy_twins/{name}-names" for name in SOME]
    assert "srsd_easy_twins/feynman-i.12.4-form" in names
    for problem in twins.problems[3:]:
        made_of = of_twin(problem.dataset, problem.name)
        assert made_of is not None and made_of[0] == "srsd_easy" and made_of[1] in SOME
    assert of_twin("srsd_easy", SOME[0]) is None
    assert of_twin("srsd_easy", "x-names") is None


def test_the_twin_of_names_is_the_same_law_about_nothing(twins: bench.Dataset) -> None:
    plain, anonymous = twins["feynman-i.12.4"], twins["feynman-i.12.4-names"]
    assert anonymous.truth == plain.truth
    assert anonymous.data().digest == plain.data().digest
    everything = repr(told(anonymous, "full"))
    for variable in (*plain.variables, plain.target.variable):
        assert variable.meaning not in everything
        assert f"'{variable.symbol}'" not in everything
    assert anonymous.formula == anonymous.meaning == ""


def test_the_twin_of_constants_has_others_and_the_same_inputs(twins: bench.Dataset) -> None:
    for name in SOME:
        plain, other = twins[name], twins[f"{name}-constants"]
        assert other.truth != plain.truth
        assert other.names == plain.names
        data = other.data()
        values = evaluate(parse(other.truth, other.variables), other.names, data.train.X)
        np.testing.assert_allclose(values, data.train.y, rtol=1e-12)
        assert {k: len(v) for k, v in data.splits.items()} == {
            k: len(v) for k, v in plain.data().splits.items()
        }


def test_what_is_equal_in_a_law_stays_equal() -> None:
    problem = bench.load("llmsrbench_phys_osc")["PO1"]
    other = twin(problem, "constants")
    assert other is not None and other.truth is not None and problem.truth is not None
    before = numbers(parse(problem.truth, problem.variables))
    after = numbers(parse(other.truth, other.variables))
    assert len(before) == len(after)
    assert (np.equal.outer(before, before) == np.equal.outer(after, after)).all()
    assert not set(before) & set(after)


def test_the_twin_of_form_is_the_same_relation(twins: bench.Dataset) -> None:
    plain, turned = twins["feynman-i.12.4"], twins["feynman-i.12.4-form"]
    truth, law = parse(plain.truth, plain.variables), parse(turned.truth, turned.variables)
    X = turned.data().test.X[:50]
    solved = evaluate(law, turned.names, X)
    symbols = [variable.symbol for variable in turned.variables]
    columns = dict(zip(symbols, X.T, strict=True)) | {turned.target.variable.symbol: solved}
    again = evaluate(
        truth, plain.names, np.column_stack([columns[v.symbol] for v in plain.variables])
    )
    np.testing.assert_allclose(again, columns[plain.target.variable.symbol], rtol=1e-3)


def test_twins_are_the_same_in_another_process(twins: bench.Dataset) -> None:
    source = (
        "import bench, sys\n"
        "from bench.problems import twins\n"
        "twins.cached_json = lambda kind, parts, make: make()\n"
        "for p in bench.load('srsd_easy', only=sys.argv[1:], twins=twins.KINDS).problems[3:]:\n"
        "    print(p.id, p.truth, p.data().digest)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", source, *SOME], capture_output=True, text=True, check=True
    )
    here = [f"{p.id} {p.truth} {p.data().digest}" for p in twins.problems[3:]]
    assert done.stdout.splitlines() == here


def test_no_twin_is_a_law_that_ships(twins: bench.Dataset) -> None:
    from bench.problems.problem import Domain
    from bench.problems.twins import _published

    published = _published()
    for problem in twins:
        law = parse(problem.truth or "", problem.variables)
        other = problem.name.endswith(("-constants", "-form"))
        assert published.has(law, Domain(problem.variables)) is not other


def test_a_problem_without_a_law_has_no_twin(tmp_path) -> None:
    table = tmp_path / "own.csv"
    table.write_text("a,target\n" + "".join(f"{k},{k * k}\n" for k in range(40)))
    assert [problem.dataset for problem in bench.load(table, twins=["names"])] == ["own"]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownTwin, match=r"'name'; choose from names, constants, form"):
        bench.load("nguyen", limit=1, twins=["name"])
