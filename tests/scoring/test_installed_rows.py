"""A metric and a rule of an installed package, one row each: seen wherever there are others."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from packages import install
from scoring_problems import problem

from bench.basics.extension import ExtensionError
from bench.cli import main
from bench.kinds import item_of
from bench.kinds.metrics import all_metrics, metrics_of
from bench.leaderboard.columns import columns_markdown
from bench.running.results.judging import judge_of
from bench.scoring import FormCache, ScoringLimits, judge_pairs, pair, score, score_many
from bench.scoring.rules import all_rules

BOTH = {
    "metrics": {"roughness": "toy_rows:ROUGHNESS"},
    "rules": {"no_longer": "toy_rows:NO_LONGER"},
}
PREDICTIONS = (
    "method,problem,seed,expression\ntheirs,feynman-i.12.1,0,x1*x0\ntheirs,feynman-i.14.4,0,sin(\n"
)


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site", monkeypatch, BOTH)


def shown(capfd: pytest.CaptureFixture[str], *argv: str) -> str:
    capfd.readouterr()
    assert main(argv) == 0
    return capfd.readouterr().out


@pytest.mark.usefixtures("both")
def test_the_command_line_shows_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("theirs.csv").write_text(PREDICTIONS)
    shown(capfd, "score", "theirs.csv", "--dataset", "srsd_easy", "--workers", "1")
    folder = Path("results/theirs")
    with (folder / "leaderboard.csv").open() as file:
        (line,) = csv.DictReader(file)
    assert (line["roughness"], line["symbolic_no_longer"]) == ("inf", "0.5")
    assert (line["undecided_no_longer"], line["not_applicable_no_longer"]) == ("0.0", "0.0")
    header = shown(capfd, "leaderboard", str(folder), "--format", "md").splitlines()[0]
    assert "| roughness |" in header and "| short |" in header
    (score_file,) = folder.rglob("scores/*/*/feynman-i.12.1/*.json")
    card = json.loads(score_file.read_text())["card"]
    assert card["values"]["roughness"] > 0.0
    assert card["comparisons"]["expression"]["verdicts"]["no_longer"]["answer"] == "yes"

    metrics = {one["name"]: one for one in json.loads(shown(capfd, "list", "metrics", "--json"))}
    assert metrics["roughness"]["question"] in columns_markdown()
    assert metrics["roughness"]["kinds"] == "table"
    assert metrics["roughness"]["origin"] == "package toy-rows 1.0"
    assert metrics["symbolic_no_longer"]["origin"] == "package toy-rows 1.0"
    rules = {
        one["name"]: one["origin"] for one in json.loads(shown(capfd, "list", "rules", "--json"))
    }
    assert rules["no_longer"] == "package toy-rows 1.0" and rules["exact"] == "built-in"
    assert "is it no longer than the law?" in shown(capfd, "judge", "x0+x0", "2*x0")
    verdicts = json.loads(shown(capfd, "judge", "x0+x0", "x0", "--json"))
    assert verdicts["no_longer"]["answer"] == "not_applicable"
    assert verdicts["no_longer"]["reason"] == "every answer is as long as such a law"


@pytest.mark.usefixtures("both")
def test_what_is_not_asked_is_in_no_rate(tmp_path: Path) -> None:
    texts = [("x0 + x1", "x0 + x1"), ("x0", "x0"), ("x0*(", "x0"), ("x0*(", "x0 + x1")]
    cards = list(judge_pairs([pair(*text) for text in texts], forms=FormCache(tmp_path)))
    names = ("symbolic_no_longer", "undecided_no_longer", "not_applicable_no_longer")
    asked = [[card.values[name] for name in names] for card in cards]
    assert asked == [[1.0, 0.0, 0.0], [None, None, 1.0], [None, None, 1.0], [0.0, 0.0, 0.0]]


def test_a_card_made_without_the_row_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = judge_of("table", ScoringLimits())
    install(tmp_path / "site", monkeypatch, BOTH)
    after = judge_of("table", ScoringLimits())
    assert before != after and "roughness of package toy-rows 1.0" in after


def test_a_row_without_a_value_here_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "site", monkeypatch, BOTH)
    card = score(item_of("log(x0 - 2)", problem()), forms=FormCache())
    assert card.values["roughness"] is None and "roughness" not in card.lost


def test_rows_that_never_end_cost_themselves_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = {"metrics": {"endless": "toy_rows:ENDLESS"}, "rules": {"slow": "toy_rows:SLOW"}}
    install(tmp_path / "site", monkeypatch, slow)
    limits = ScoringLimits(seconds=2.0)
    item = item_of("x0*x1**2", problem())
    (card,) = score_many([item], limits=limits, forms=FormCache(tmp_path))
    assert card.limits_hit == ("rule slow: time-out", "waiting: time-out")
    assert (card.values["endless"], card.values["symbolic_exact"]) == (0.0, 1.0)
    verdict = card.comparison.verdicts["slow"]
    assert (verdict.answer, verdict.step, verdict.reason) == ("undecided", "limit", "time-out")
    assert (card.values["symbolic_slow"], card.values["undecided_slow"]) == (0.0, 1.0)
    assert card.values["r2"] == 1.0 and card.values["ned"] == 0.0


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ({"metrics": {"broken": "toy_rows:NOTHING"}}, "'broken' of package toy-rows 1.0"),
        ({"metrics": {"broken": "toy_rows:WRONG"}}, "must be a Metric called 'broken'"),
        ({"metrics": {"other": "toy_rows:ROUGHNESS"}}, "must be a Metric called 'other'"),
        ({"metrics": {"accuracy": "toy_rows:ACCURACY"}}, "two metrics are called 'accuracy'"),
        ({"rules": {"broken": "toy_rows:WRONG"}}, "must be an InstalledRule called 'broken'"),
        ({"rules": {"exact": "toy_rows:EXACT"}}, "'exact', which the judge has; rename it"),
    ],
)
def test_rows_that_are_none_are_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    rows: dict[str, dict[str, str]],
    complaint: str,
) -> None:
    install(tmp_path / "site", monkeypatch, rows)
    with pytest.raises(ExtensionError, match=complaint):
        all_metrics()
        all_rules()
    assert main(["list", "metrics"]) == 2
    assert complaint in capfd.readouterr().err


def test_a_metric_cannot_take_the_name_of_another_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "site", monkeypatch, {"metrics": {"budget": "toy_rows:BUDGET"}})
    with pytest.raises(ExtensionError, match=r"cannot be called 'budget'.*package toy-rows 1.0"):
        columns_markdown()


def test_lines_may_be_ordered_by_any_row() -> None:
    ranked = sorted((one.rank, one.name, one.better) for one in metrics_of("table") if one.rank)
    assert ranked == [
        (1, "symbolic_exact", "higher"), (2, "accuracy", "higher"), (3, "ned", "lower"),
    ]  # fmt: skip
