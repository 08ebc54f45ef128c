"""Tree distance against zss, and the normalised distance against SRSD's own figures."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import zss
from hypothesis import given
from hypothesis import strategies as st

from bench.expression import ParseError, parse
from bench.scoring import (
    FormCache,
    LabelledTree,
    canonical_form,
    normalized_edit_distance,
    tree_distance,
)
from bench.scoring.ned import zhang_shasha
from bench.scoring.ned.canonical import CanonicalForm
from bench.scoring.ned.edit_distance import form_distance

VECTORS = Path(__file__).parents[1] / "data" / "ned_srsd.jsonl"


def random_tree(rng: random.Random, nodes: int, alphabet: str = "abcd") -> LabelledTree:
    labels: list[str] = []
    arities: list[int] = []

    def grow(size: int) -> None:
        children, left = 0, size - 1
        while left:
            part = rng.randint(1, left)
            grow(part)
            children, left = children + 1, left - part
        labels.append(rng.choice(alphabet))
        arities.append(children)

    grow(nodes)
    return LabelledTree(tuple(labels), tuple(arities))


def as_zss(tree: LabelledTree) -> zss.Node:
    open_trees: list[zss.Node] = []
    for label, arity in zip(tree.labels, tree.arities, strict=True):
        node = zss.Node(label)
        for child in open_trees[len(open_trees) - arity :]:
            node.addkid(child)
        del open_trees[len(open_trees) - arity :]
        open_trees.append(node)
    return open_trees[0]


@pytest.mark.parametrize(("pairs", "most"), [(500, 12), (250, 20), (4, 45)])
def test_distance_is_that_of_zss(pairs: int, most: int) -> None:
    # benchmarks/edit_distance.py compares 10,000 pairs of up to 20 nodes and 50 larger ones.
    rng = random.Random(most)
    for _ in range(pairs):
        a, b = (random_tree(rng, rng.randint(1, most)) for _ in range(2))
        assert tree_distance(a, b) == zss.simple_distance(as_zss(a), as_zss(b)), (a, b)


trees = st.builds(
    lambda seed, nodes: random_tree(random.Random(seed), nodes), st.integers(), st.integers(1, 30)
)


@given(trees, trees, trees)
def test_distance_is_a_metric(a: LabelledTree, b: LabelledTree, c: LabelledTree) -> None:
    assert (tree_distance(a, b) == 0) == (a == b)
    assert tree_distance(a, b) == tree_distance(b, a)
    assert tree_distance(a, c) <= tree_distance(a, b) + tree_distance(b, c)
    assert abs(len(a) - len(b)) <= tree_distance(a, b) <= len(a) + len(b)


def test_nothing_need_be_writable_for_the_kernel(tmp_path: Path) -> None:
    # In an archive numba cannot write beside the module, and below a file no cache can be made.
    archive, no_folder = tmp_path / "kernel.zip", tmp_path / "file"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(zhang_shasha.__file__, "kernel.py")
    no_folder.touch()
    command = (
        "import kernel, numpy as n; leaf = n.zeros(1, n.int64); "
        "print(kernel.distance(leaf, leaf, leaf, leaf + 1, leaf, leaf))"
    )
    hidden = {"HOME": str(no_folder), "XDG_CACHE_HOME": str(no_folder / "cache")}
    environment = {**os.environ, **hidden, "PYTHONPATH": str(archive)}
    environment.pop("NUMBA_CACHE_DIR", None)
    answer = subprocess.run(
        [sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True
    )
    assert answer.stdout == "1\n"


@pytest.mark.parametrize(
    ("labels", "arities"), [((), ()), (("a", "b"), (0, 0)), (("a",), (1,)), (("a", "b"), (0,))]
)
def test_what_is_no_tree_is_refused(labels: tuple[str, ...], arities: tuple[int, ...]) -> None:
    with pytest.raises(ValueError):
        LabelledTree(labels, arities)


@pytest.mark.parametrize("part", range(2))
def test_srsd_vectors(part: int) -> None:
    forms = FormCache()
    rows = [json.loads(line) for line in VECTORS.read_text().splitlines()]
    assert len(rows) == 458
    of_problem: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        of_problem.setdefault(row["problem"], []).append(row)
    for place, some in [*enumerate(of_problem.values())][2 * part :: 4]:
        row = some[place % len(some)]  # one of every other problem
        found = normalized_edit_distance(row["pred"], row["true"], forms=forms)
        assert found.ned == pytest.approx(row["ned"], abs=1e-12), row
        assert (found.distance, found.true_nodes) == (row["distance"], row["true_nodes"]), row
        assert forms.form_of(parse(row["true"])).text == row["true_simplified"]
        assert forms.form_of(parse(row["pred"])).text == row["pred_simplified"]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("sqrt(2)*x0", ("Const", "x0", "Mul")),
        ("x0/pi", ("Const", "x0", "Mul")),
        ("x0**2", ("x0", "Const", "Pow")),
        ("1.0*x0", ("x0",)),
        ("sin(x0)**2 + cos(x0)**2", ("Const",)),
        ("x0 - x0", ("Const",)),
        ("log(-1)", ("Const", "Const", "Const")),  # 3.14...*I: a number, with its parts below it
    ],
)
def test_labels_of_canonical_forms(text: str, labels: tuple[str, ...]) -> None:
    tree = canonical_form(parse(text)).tree
    assert tree is not None
    assert tree.labels == labels


def test_variables_win_over_constants_of_the_same_name() -> None:
    tree = canonical_form(parse("E*I + pi", {"E": "E", "I": "I", "pi": "pi"})).tree
    assert tree is not None
    assert sorted(tree.labels) == ["Add", "E", "I", "Mul", "pi"]


def test_failures_score_one_and_say_why() -> None:
    broken = normalized_edit_distance("x0*(", "x0")
    assert (broken.ned, broken.distance) == (1.0, None)
    assert "no expression" in broken.reason
    huge = normalized_edit_distance("9**9**9**9*x0", "x0")
    assert (huge.ned, huge.true_nodes) == (1.0, 1)
    assert "simplification failed: ExpressionTooLarge" in huge.reason
    with pytest.raises(ParseError):
        normalized_edit_distance("x0", "x0*(")


def test_a_truth_without_a_form_is_blamed() -> None:
    form = canonical_form(parse("x0"))
    failed = CanonicalForm(reason="simplification time-out", seconds=10.0)
    assert form_distance(form, failed).reason == (
        "the truth has no canonical form: simplification time-out"
    )
    assert form_distance(failed, form).reason == "simplification time-out"
