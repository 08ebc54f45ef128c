"""``rediscover judge`` and ``rediscover score``."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import mpmath
import pytest
from command_line import Command

RULES = ("srbench_relative", "exact", "skeleton")


def test_an_expression_may_begin_with_a_minus(command: Command) -> None:
    outcome = command("judge", "-x0", "x0", "--json")
    answer = json.loads(outcome.out)
    assert outcome.code == 0
    assert answer["prediction"] == "-x0"
    assert answer["exact"]["answer"] == "no" and answer["exact"]["witness"]


def test_a_pair_is_judged_by_every_rule(command: Command) -> None:
    answer = json.loads(command("judge", "--json", "x1*x0 + 0*x1", "x0*x1").out)
    assert answer["ned"] == 0.0
    assert [answer[rule]["answer"] for rule in RULES] == ["yes"] * 3


def test_a_problem_supplies_truth_and_domain(command: Command) -> None:
    outcome = command("judge", "abs(mu)*Nn", "--problem", "srsd_easy/feynman-i.12.1")
    assert outcome.code == 0
    assert "exact            yes" in outcome.out  # mu is positive there


def test_an_explanation_says_what_was_read_moved_and_dropped(command: Command) -> None:
    text = "y = 1.0002|mu| Nn + 1e-9*Nn**2"
    outcome = command("judge", text, "--problem", "srsd_easy/feynman-i.12.1", "--explain")
    assert (outcome.code, outcome.err) == (0, "")
    told = [" ".join(line.split()) for line in outcome.out.splitlines()]
    for begin in (
        "read as 1.0002*abs(x0)*x1 + 1e-09*x1**2", "'y =' is left out", "truth read as x0*x1",
        "variable x0 from 0.01 to 1 (log-uniform)", "digits 130; an identity must hold to 110",
        "form 1.0002*abs(x0)*x1", "its constants as they are: not the law", "exact yes: equal to",
        "by step 'confirmed'", "moved: 1.0002 to 1.0",
    ):  # fmt: skip
        assert any(line.startswith(begin) for line in told), begin
    assert "1e-09 to 0.0" in outcome.out or "dropped: 1e-09" in outcome.out


def test_an_explanation_has_the_witness_to_a_hundred_digits(command: Command) -> None:
    outcome = command("judge", "pi*x0", "3*x0/7 + exp(-x0)", "--explain")
    lines = [line.strip() for line in outcome.out.splitlines()]
    at = next(i for i, line in enumerate(lines) if line.startswith("witness"))
    values = dict(line.split(" = ", 1) for line in lines[at + 1 : at + 4] if " = " in line)
    values = {name.strip(): value for name, value in values.items()}
    with mpmath.workdps(130):
        x = mpmath.mpf(float(values["x0"]))
        assert values["prediction"] == mpmath.nstr(mpmath.pi * x, 100)
        assert values["truth"] == mpmath.nstr(3 * x / 7 + mpmath.exp(-x), 100)


@pytest.mark.parametrize("more", [("--json",), ("--prove",), ("--pairs", "a.csv", "-o", "b.csv")])
def test_an_explanation_is_of_one_pair_in_words(command: Command, more: tuple[str, ...]) -> None:
    outcome = command("judge", "x0", "x0", "--explain", *more)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("rediscover: --explain is for one pair")


def test_a_template_can_be_explained_and_what_is_refused_is_refused(command: Command) -> None:
    told = command("judge", "c[0]*x0", "x0 + 0.1*x0", "--explain").out
    assert "skeleton         yes: " in told and "exact            no: a template" in told
    for text in ("x0(x0+1)", "1e400*x0"):
        outcome = command("judge", text, "x0 + 0.1*x0", "--explain")
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err.startswith("rediscover: the prediction: no expression: ")


def test_pairs_are_judged_in_their_order(command: Command, tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text(
        "prediction,truth,problem\nx0*x1,x1*x0,\nx0+,x0,\n2*x0*x1,,srsd_easy/feynman-i.12.1\n"
    )
    assert command("judge", "--pairs", "pairs.csv", "-o", "out.csv").code == 0
    with (tmp_path / "out.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["exact"] for row in rows] == ["yes", "no", "no"]
    assert [row["skeleton"] for row in rows] == ["yes", "no", "yes"]
    assert all(row["ned"] for row in rows)


@pytest.fixture
def scored(command: Command, tmp_path: Path) -> Path:
    """The results folder of two methods' predictions."""
    (tmp_path / "theirs.csv").write_text(
        "method,problem,seed,expression\n"
        "right,feynman-i.12.1,0,x1*x0\n"
        "right,srsd_easy/feynman-i.14.4,0,0.5*k_spring*x**2\n"
        "wrong,feynman-i.12.1,0,sin(\n"
        "wrong,feynman-i.14.4,0,\n"
    )
    outcome = command("score", "theirs.csv", "--dataset", "srsd_easy", "--experiment", "imported")
    assert outcome.code == 0, outcome
    assert "right" in outcome.out and "wrong" in outcome.out
    return tmp_path / "results" / "imported"


def test_predictions_from_elsewhere_get_their_leaderboard(command: Command, scored: Path) -> None:
    with (scored / "leaderboard.csv").open() as file:
        right, wrong = csv.DictReader(file)
    assert right["method"] == "right" and float(right["symbolic_exact"]) == 1.0
    assert float(right["accuracy"]) == 1.0 and float(right["ned"]) == 0.0
    assert float(wrong["symbolic_exact"]) == 0.0 and float(wrong["ned"]) == 1.0
    assert (wrong["invalid"], wrong["error"]) == ("1", "1")

    again = command("score", str(scored))
    assert again.code == 0 and "0 records judged" in again.out
    table = json.loads(command("leaderboard", str(scored), "--json").out)
    assert [line["method"] for line in table["lines"]] == ["right", "wrong"]


def test_a_file_of_snip_is_scored_as_it_is(command: Command, tmp_path: Path) -> None:
    (tmp_path / "snip.csv").write_text(
        "formula,problem,target_noise,predicted_tree,r2_fit,input_dimension\n"
        'mu*Nn,feynman_I_12_1,0,"((0.0 add x_0) mul (1.0 mul x_1))",1.0,2\n'
        'mu*Nn,feynman_I_12_1,0.1,"((2.0 mul x_0) mul (inv(2.0) mul x_1))",1.0,2\n'
        'q,feynman_test_8,0,"(x_0 div (1.0 add sqrt((x_0 add x_1)**2)))",0.5,4\n'
    )
    outcome = command(
        "score", "snip.csv", "--dataset", "aifeynman,aifeynman_bonus", "--workers", "1"
    )
    assert outcome.code == 0, outcome
    with (tmp_path / "results" / "snip" / "leaderboard.csv").open() as file:
        (line,) = csv.DictReader(file)
    assert (line["method"], line["done"], line["ok"]) == ("snip", "3", "3")
    assert float(line["symbolic_exact"]) == pytest.approx(2 / 3)


def test_scoring_says_what_failed_as_running_does(command: Command, scored: Path) -> None:
    again = command("score", str(scored), "--again")
    assert "failures:\n  wrong: error: no expression\n  wrong: invalid: " in again.out
    assert "\n4 records judged\n" in again.out


@pytest.mark.parametrize("text", ["x0+", "sin(", "x0 x1 +* 3", "", "foo(x0)", "1e400"])
def test_what_is_no_expression_ends_with_2(command: Command, text: str) -> None:
    for pair in ((text, "x0"), ("x0", text)):
        outcome = command("judge", *pair)
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err.startswith("rediscover: the ") and outcome.err.count("\n") == 1


def test_leaderboards_are_written_in_every_format(command: Command, scored: Path) -> None:
    text = (scored / "leaderboard.csv").read_text()
    assert command("leaderboard", str(scored), "--format", "csv").out == text
    for name, start in (("t.csv", "method,"), ("t.md", "| method"), ("t.html", "<table>")):
        assert command("leaderboard", str(scored), "-o", name).code == 0
        assert Path(name).read_text().startswith(start)
    by = command("leaderboard", str(scored), "--by", "tier", "--by", "dataset").out
    assert "srsd_easy" in by and "easy" in by
