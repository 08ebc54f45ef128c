"""Views of a table: by what, which columns, in which order, what is bold, run by run."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from results_folders import Result, rewrite, write

from bench.cli import main
from bench.cli.arguments.look import _VIEWS
from bench.leaderboard import LeaderboardError, make_leaderboard, read_board
from bench.leaderboard.columns import SCHEMA, column_names
from bench.leaderboard.lines.layout import sorted_by, with_columns
from bench.leaderboard.results import read_runs
from bench.leaderboard.statistics.paired import paired_difference, paired_p
from bench.leaderboard.views import RUN, VIEWS, views_markdown
from bench.leaderboard.writers import WRITERS, brief, to_csv
from bench.running import Store

EASY, HARD = ("srsd_easy", "feynman-i.12.1"), ("srsd_easy_dummy", "feynman-i.12.1")


def on(place: tuple[str, str], **more: Any) -> Result:
    return Result(dataset=place[0], problem=place[1], **more)


def test_what_the_command_line_offers_is_what_there_is() -> None:
    assert set(_VIEWS) == {*(view.name for view in VIEWS), RUN}
    assert all(f"`{name}`" in views_markdown() for name in _VIEWS)


def test_a_line_for_each_label_numbers_in_their_order(tmp_path: Path) -> None:
    results = [on(EASY, seed=seed, noise=noise) for seed in (2, 10) for noise in (0.0, 0.01)]
    folder = write(tmp_path, [*results, on(HARD), Result(dataset="gone")])
    for view, labels in {
        "seed": [0, 2, 10], "noise": [0.0, 0.01], "kind": ["table"], "disclosure": ["blind"],
        "problem": ["gone/p0", "srsd_easy/feynman-i.12.1", "srsd_easy_dummy/feynman-i.12.1"],
        "dataset": ["gone", "srsd_easy", "srsd_easy_dummy"],
        "units": ["known", "not known", "partly known", "unknown"],
    }.items():  # fmt: skip
        found = make_leaderboard([folder], [view])[view].tolist()
        assert [label for label in labels if label in found] == found, view
    dimension = make_leaderboard([folder], ["dimension"])["dimension"].tolist()
    assert dimension[0] == 2 and dimension[-1] == "unknown" and dimension[1] > 2
    dummies = make_leaderboard([folder], ["dummy_variables"])["dummy_variables"].tolist()
    assert dummies == [0, dimension[1] - 2, "unknown"]


def test_laws_with_a_rival_are_told_apart_and_counted_apart(tmp_path: Path) -> None:
    values = {"fits_no_larger": 1.0, "skeleton_identifiable": None}
    results = [
        on(("llmsrbench_matsci", "MatSci0"), values=values), on(EASY), on(("gone", "p0")),
        Result("other", "MatSci0", "llmsrbench_matsci", status="crash", answer=None),
    ]  # fmt: skip
    folder = write(tmp_path, results)
    assert make_leaderboard([folder], ["identifiable"])["identifiable"].tolist() == [
        "no", "no", "unknown"
    ]  # fmt: skip
    table = make_leaderboard([folder]).set_index("method")["fits_no_larger"]
    assert table["m"] == 1.0 and table["other"] == 0.0
    assert "fits, no larger" in brief(make_leaderboard([folder])).header
    assert "skeleton, identifiable" not in brief(make_leaderboard([folder])).header


def test_settings_and_limits_are_views_and_ranked_together(tmp_path: Path) -> None:
    results = [
        Result("m", problem=f"p{k}", setting=setting, yes=k < setting)
        for setting in (1, 3, 2) for k in range(4)
    ]  # fmt: skip
    folder = write(tmp_path, [*results, *(Result("n", problem=f"p{k}") for k in range(4))])
    table = make_leaderboard([folder], ["method.m.setting"])
    assert table["method.m.setting"].tolist() == ["", 3, 2, 1]
    assert table["rank"].tolist() == [1, 2, 3, 4] and set(table["group"]) == {1}
    assert make_leaderboard([folder], ["budget.seconds"])["budget.seconds"].tolist() == [10.0] * 4
    for name, words in {
        "method.m.colour": "set nowhere in these results; there is setting",
        "method.z.setting": "names no method of these results; there is m, n",
        "budget.tokens": "set nowhere",
        "colour": "there is no view 'colour'; there is dataset",
    }.items():
        with pytest.raises(LeaderboardError, match=words):
            make_leaderboard([folder], [name])


def test_columns_are_chosen_and_lines_sorted_within_their_group(tmp_path: Path) -> None:
    solved = {"a": 1, "b": 3}
    results = [Result(m, problem=f"p{k}", yes=k < solved[m]) for m in "ab" for k in range(3)]
    table = make_leaderboard([write(tmp_path, [*results, Result("lucky")])])
    for name, order in {
        "symbolic_exact": "ba",
        "ned": "ba",
        "method": "ab",
        "planned": "ba",
    }.items():
        assert sorted_by(table, name)["method"].tolist() == [*order, "lucky"], name
    chosen = with_columns(sorted_by(table, "method"), ["method", "ned", "rank"])
    assert to_csv(chosen).splitlines()[:2] == ["method,ned,rank", "a,0.3333333333333333,2"]
    assert "| method | ned | rank |" in str(WRITERS["md"](chosen))
    assert [*json.loads(WRITERS["json"](chosen))["lines"][0]] == ["method", "ned", "rank"]
    for change in (with_columns, sorted_by):
        with pytest.raises(LeaderboardError, match="no column 'nde'; did you mean 'ned'"):
            change(table, ["nde"] if change is with_columns else "nde")  # type: ignore[arg-type]


def test_the_best_is_marked_where_scipy_tells_it_from_all_others(tmp_path: Path) -> None:
    from scipy.stats import binomtest  # late: it takes a second

    def best(name: str, solved: dict[str, int], problems: int = 20) -> list[str]:
        results = [
            Result(m, problem=f"p{k:02}", yes=k < n) for m, n in solved.items()
            for k in range(problems)
        ]  # fmt: skip
        table = read_board([write(tmp_path / name, results)], best=True).table
        return table["best"].str.split().tolist()  # type: ignore[no-any-return]

    assert binomtest(12, 12).pvalue * 3 < 0.05 < binomtest(7, 7).pvalue * 3 * 2
    clear = best("clear", {"a": 18, "b": 6, "c": 2})
    assert "symbolic_exact" in clear[0] and "ned" in clear[0] and clear[1:] == [[], []]
    assert best("close", {"a": 18, "b": 13, "c": 2})[0] == []
    assert best("alike", {"a": 9, "b": 9}) == [[], []]
    assert best("alone", {"a": 9}) == [[]]


def test_bold_is_bold_in_each_format(tmp_path: Path) -> None:
    results = [Result(m, problem=f"p{k:02}", yes=m == "a") for m in "ab" for k in range(12)]
    table = read_board([write(tmp_path, results)], best=True).table
    assert "**1.00 [0.76, 1.00]**" in str(WRITERS["md"](table))
    assert r"\textbf{1.00 [0.76, 1.00]}" in str(WRITERS["tex"](table))
    assert "<b>1.00 [0.76, 1.00]</b>" in str(WRITERS["html"](table))


def test_p_alone_is_the_p_of_the_difference_and_of_scipy() -> None:
    from scipy.stats import binomtest, wilcoxon  # late: it takes a second

    rng = np.random.default_rng(0)
    for share, repeats in ((True, 1), (True, 3), (False, 2)):
        problems = np.repeat(np.arange(15), repeats)
        a, b = (
            (rng.random(len(problems)) < p).astype(float) if share else rng.random(len(problems))
            for p in (0.8, 0.4)
        )
        p = paired_p(a, b, problems, share)
        assert p == paired_difference(a, b, problems, share).p
        means = np.bincount(problems, a - b) / repeats
        moved = means[np.abs(means) > 1e-12]
        expected = (
            binomtest(int((moved > 0).sum()), len(moved)) if share and repeats == 1
            else wilcoxon(moved)
        )  # fmt: skip
        assert p == pytest.approx(expected.pvalue)
    assert math.isnan(paired_p(np.array([]), np.array([]), np.array([], np.intp), True))


def used(folder: Path, result: Result, **resources: float) -> None:
    path = Store(folder).record_path(result.run.key)
    rewrite(path, resources={**json.loads(path.read_text())["resources"], **resources})


def test_what_it_costs_to_solve_a_problem_and_how_soon(tmp_path: Path) -> None:
    results = [Result("m", problem=f"p{k}", yes=k < 2, cpu_seconds=10.0) for k in range(4)]
    folder = write(tmp_path, [*results, Result("never", yes=False)])
    for result, seconds in zip(results, (1.0, 4.0, 9.0, 10.0), strict=True):
        used(folder, result, cpu_seconds=seconds)
    table = make_leaderboard([folder]).set_index("method")
    assert table.loc["m", "cpu_seconds_per_solved"] == 24.0 / 2
    assert table.loc["m", "solved_area"] == pytest.approx((0.9 + 0.6) / 4)
    assert table.loc["never", "cpu_seconds_per_solved"] == math.inf
    assert math.isnan(table.loc["m", "tokens_per_solved"])  # nobody was asked
    Store(folder).record_path(results[3].run.key).unlink()
    table = make_leaderboard([folder]).set_index("method")
    assert math.isnan(table.loc["m", "cpu_seconds_per_solved"])  # nobody knows what it cost
    assert table.loc["m", "solved_area"] == pytest.approx((0.9 + 0.6) / 4)


def test_tokens_and_money_are_counted_where_a_model_was_asked(tmp_path: Path) -> None:
    results = [Result("m", problem=f"p{k}", yes=k < 2) for k in range(4)]
    folder = write(tmp_path, results)
    ledger = {"calls": 3, "prompt_tokens": 100, "completion_tokens": 20, "money": 0.5}
    for result in results:
        counted = {"best": ["x0", None, None], "front": [], "counts": {"refused": 7, "searches": 5}}
        path = Store(folder).record_path(result.run.key)
        rewrite(path, provenance={"model": ledger}, discovery=counted)
    line = make_leaderboard([folder]).iloc[0]
    assert (line["refused"], line["searches"]) == (7, 5)
    assert (line["tokens_per_solved"], line["money_per_solved"]) == (240.0, 1.0)
    assert "tokens per solved" in str(WRITERS["md"](make_leaderboard([folder])))


def test_a_line_for_each_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "x", [
        on(EASY, answer="x0*x1"), on(EASY, seed=1, answer=None, status="crash"),
        on(EASY, seed=2, status=""), on(EASY, seed=3, setting=1),
    ])  # fmt: skip
    table = read_runs([folder]).table
    assert table["status"].tolist() == ["ok", "crash", "missing", "ok"]
    assert table["prediction"].fillna("none").tolist() == ["x0*x1", "none", "none", "x0"]
    assert set(table["truth"]) == {"x0*x1"} and table["settings"].tolist()[3] == "setting=1"
    assert main(["leaderboard", str(folder), "--by", "run", "--format", "csv"]) == 0
    read = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert len(read) == 4 and read["cpu_seconds"].tolist()[0] == 1.5
    given = ["leaderboard", str(folder), "--by", "run", "--columns", "seed,status"]
    assert main([*given, "--sort", "status"]) == 0
    said = capsys.readouterr().out.split()
    assert said == ["seed", "status", "1", "crash", "2", "missing", "0", "ok", "3", "ok"]
    assert main([*given, "--by", "seed"]) == 2


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> list[pd.DataFrame]:
    """The table of the same records, written in two orders."""
    top = tmp_path_factory.mktemp("twice")
    results = [
        Result(m, problem=f"p{k}", seed=s, yes=(k + s + len(m)) % 3 == 0)
        for m in ("a", "bb", "ccc") for k in range(5) for s in range(2)
    ]  # fmt: skip
    results += [Result("apart", problem="p0"), Result("bb", problem="p0", status="", seed=9)]
    folders = write(top / "one", results), write(top / "other", reversed(results))
    return [read_board([folder], ["noise"], best=True).table for folder in folders]


@pytest.mark.parametrize("form", list(WRITERS))
def test_the_same_records_have_the_same_bytes_in_every_format(
    twice: list[pd.DataFrame], form: str
) -> None:
    first, second = map(WRITERS[form], twice)
    assert first == second


def test_the_schema_is_in_the_metadata(tmp_path: Path) -> None:
    import pyarrow.parquet as parquet

    table = make_leaderboard([write(tmp_path, [Result(), Result("n", "p1")])])
    content = WRITERS["parquet"](table)
    assert isinstance(content, bytes)
    about = json.loads(parquet.read_schema(io.BytesIO(content)).metadata[b"rediscover"])
    assert about["schema"] == SCHEMA and about["kinds"] == ["table"] and len(about["notes"]) == 1
    assert pd.read_parquet(io.BytesIO(content)).columns.tolist() == column_names({"table"})
