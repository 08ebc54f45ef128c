"""CDM: likeness of printed formulas, and what it cannot see."""

from __future__ import annotations

import csv
import json
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import load
from bench.cli import main
from bench.expression import parse
from bench.kinds import item_of
from bench.scoring import FormCache, ScoringLimits
from bench.scoring.cdm import FAR, NEAR, NotTypeset, Typeset, cdm, likeness, typeset_latex
from bench.scoring.cdm.latex import latex_of
from bench.scoring.cdm.typesetting import LONGEST, _parser
from bench.scoring.steps import judge_version, judging_limits

pytest.importorskip("matplotlib", reason="the extra cdm is not installed")

LOOKS = [
    ("x^2 + 3y", "{x}^{2}+3y", 1.0, 1.0),
    (r"x \le |y|", r"$$x\leq\left|y\right|$$", 1.0, 1.0),
    (r"\frac{1}{2}\text{ab}", r"\[\dfrac{1}{2}\mathrm{ab}\]", 1.0, 1.0),
    ("x^2 + 3y", "3y + x^2", 0.80, 0.80),
    ("a+b+c+x+y+z", "z+y+x+c+b+a", 0.64, 0.64),
    (r"\frac{ab}{c}", r"\frac{ba}{c}", 1.0, 0.75),  # neighbours change places
    ("x^2 + 3y", "x_2 + 3y", 1.0, 0.80),  # an exponent becomes an index
    ("3.14x + 2", "3.15x + 2", 0.86, 0.86),
    ("x - y", "x + y", 0.67, 0.67),
    ("x^2 + 3y", "z^2 + 3y", 0.80, 0.80),
    (r"\frac{a+b}{c+x}", r"\frac{c+x}{a+b}", 0.71, 0.71),
    ("(x+y)^2", "x^2+2xy+y^2", 0.40, 0.40),
    (r"\frac{x}{2}", "0.5x", 0.29, 0.0),
    ("x+y+z", "x+y+z+1", 0.83, 0.83),
]
"""Truth, prediction, and what LaTeX's own boxes give for both tolerances (test_cdm_tex)."""


@pytest.mark.parametrize(("truth", "prediction", "far", "near"), LOOKS)
def test_likeness_of_what_differs_in_one_thing(
    truth: str, prediction: str, far: float, near: float
) -> None:
    assert cdm(prediction, truth).f1 == pytest.approx(far, abs=0.01)
    assert cdm(prediction, truth, NEAR).f1 == pytest.approx(near, abs=0.01)


def test_every_law_is_like_itself_and_less_like_another() -> None:
    laws = [
        latex_of(parse(problem.truth, problem.variables))
        for problem in load("srsd_medium").problems[:8]
    ]
    assert [cdm(law, law, NEAR).f1 for law in laws] == [1.0] * len(laws)
    assert np.median([cdm(one, other).f1 for one, other in pairwise(laws)]) < 0.5


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("  $$ $$ ", "empty"),
        (r"\quad", "prints nothing"),
        (r"\foo{x}", "foo"),
        (r"x^{2", "Expected"),
        ("x$y", "$ within"),
        (r"\def\a{\a}\a", "def"),
        (r"\input{/etc/passwd}", "input"),
        ("x+" * LONGEST, "characters"),
        ("+x" * 400, "tokens"),
        (r"\sqrt{" * 300 + "x" + "}" * 300, ""),
        ("{" * 900 + "x" + "}" * 900, ""),
    ],
)
def test_what_cannot_be_typeset_is_like_nothing_and_says_why(text: str, why: str) -> None:
    with pytest.raises(NotTypeset) as told:
        typeset_latex(text)
    assert why in str(told.value)
    assert cdm(text, "x+1").f1 == 0.0
    with pytest.raises(NotTypeset):
        cdm("x+1", text)


def printed(tokens: str, places: list[tuple[int, int]]) -> Typeset:
    corners = np.array(places, dtype=float).reshape(-1, 2)[: len(tokens)]
    boxes = np.column_stack([corners, corners + 15.0])
    return Typeset(tuple(tokens), boxes, (float(boxes[:, 2].max()), float(boxes[:, 3].max())))


PLACES = st.lists(st.tuples(st.integers(0, 900), st.integers(0, 90)), min_size=12, max_size=12)
TOKENS = st.text("abc+", min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(TOKENS, TOKENS, PLACES, PLACES)
def test_counts_are_bounded_by_the_tokens_in_common(
    one: str, other: str, places: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    found, true = printed(one, places), printed(other, others)
    far, near = likeness(found, true, FAR), likeness(found, true, NEAR)
    common = sum(min(one.count(letter), other.count(letter)) for letter in set(one))
    assert 0 <= far.matched <= common and 0 <= near.matched <= common
    itself = likeness(found, found)
    assert itself.matched == len(one) or len(set(map(tuple, found.centres))) < len(one)


def test_a_table_has_the_columns_where_they_are_asked_for(tmp_path: Path) -> None:
    item = item_of("x0**3 + x0", load("nguyen").problems[0])
    rows = {metric.name: metric for metric in item.metrics()}

    def value(name: str, asked: bool) -> float | None:
        subject = item.scheme.ready(item, FormCache(tmp_path), ScoringLimits(cdm=asked))
        return rows[name].value(subject)

    far, near = value("cdm", True), value("cdm8", True)
    assert far is not None and near is not None and 0.5 < near <= far < 1.0
    assert value("cdm", False) is None and value("cdm8", False) is None
    limits = ScoringLimits(cdm=True)
    assert judging_limits(judge_version(item.scheme, item.metrics(), limits)) == limits


FILE = r"""prediction,truth
$x^2$,x^{2}
y,x^2
\foo,x
x,\bar
"""


def test_the_verb_sums_up_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("predictions.csv").write_text(FILE, encoding="utf-8")
    assert main(["cdm", "predictions.csv", "-o", "answers.csv"]) == 0
    said = capsys.readouterr().out
    assert "row 4: the prediction" in said and "row 5: left out: the truth" in said
    assert "4 formulas, 1 left out: CDM 0.333" in said and "ExpRate@CDM 0.333" in said
    rows = list(csv.DictReader(Path("answers.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["cdm"] for row in rows] == ["1.0", "0.0", "0.0", ""]
    assert main(["cdm", "predictions.csv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["left_out"] == 1


def test_without_matplotlib_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("predictions.csv").write_text("prediction,truth\nu,v\n", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "matplotlib.mathtext", None)
    _parser.cache_clear()
    assert main(["cdm", "predictions.csv"]) == 2
    assert "[cdm]'" in capsys.readouterr().err
    monkeypatch.setattr("importlib.util.find_spec", lambda name, package=None: None)
    assert main(["plan", "method=linear", "dataset=nguyen", "scoring.cdm=true"]) == 2
    assert "[cdm]'" in capsys.readouterr().err
