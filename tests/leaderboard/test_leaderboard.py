"""The leaderboard: what counts, what a failure costs, and that nothing goes missing."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from results_folders import Result, rewrite, write, write_score

from bench.leaderboard import LeaderboardError, make_leaderboard, read_board
from bench.leaderboard.columns import SCHEMA, column_names, columns_markdown
from bench.leaderboard.writers import WRITERS, to_csv, to_json
from bench.running import Store


def lines(folder: Path, *more: Path, by: tuple[str, ...] = ()) -> dict[Any, dict[str, Any]]:
    table = make_leaderboard([folder, *more], by)
    found = {}
    for line in table.to_dict(orient="records"):
        key = tuple(line[name] for name in ("method", *by))
        found[key if by else key[0]] = line
    return found


def test_runs_without_data_are_shown_and_count_in_no_rate(tmp_path: Path) -> None:
    results = [
        Result("m", "p0"),
        Result("m", "p1", status="no_data", answer=None, scored=False, seconds=10.0),
        Result("m", "p2", answer=None, status="error"),
    ]
    line = lines(write(tmp_path, results))["m"]
    assert (line["done"], line["no_data"], line["error"], line["unscored"]) == (3, 1, 1, 0)
    assert line["symbolic_exact"] == line["accuracy"] == 0.5
    assert (line["ned"], line["wall_seconds"]) == (0.5, 2.0)


def test_a_failure_counts_with_the_worst_score(tmp_path: Path) -> None:
    results = [
        Result(problem="p0"),
        Result(problem="p1", status="crash", answer=None),
        Result(problem="p2", status="error", answer=None),
        Result(problem="p3", status="timeout", answer="x0"),  # its last report, and right
    ]
    line = lines(write(tmp_path, results))["m"]
    assert line["symbolic_exact"] == line["symbolic_srbench_relative"] == line["accuracy"] == 0.5
    assert line["ned"] == 0.5
    assert line["acc_tau"] == line["finite"] == 0.5
    assert (line["ok"], line["crash"], line["error"], line["timeout"]) == (1, 1, 1, 1)
    assert line["r2"] == -math.inf and line["nmse"] == math.inf
    assert line["complexity"] == 1


def test_failures_of_a_problem_that_has_it_count_out_of_domain_too(tmp_path: Path) -> None:
    ood = {"ood_accuracy": 1.0, "ood_acc_tau": 1.0, "ood_nmse": 0.0}
    results = [
        Result(problem="p0", values=ood),
        Result("other", problem="p0", status="memory", answer=None),
        Result("other", problem="p1", status="memory", answer=None),
        Result(problem="p1"),
    ]
    found = lines(write(tmp_path, results))
    assert found["m"]["ood_accuracy"] == 1.0
    assert found["other"]["ood_accuracy"] == 0.0
    assert found["other"]["ood_nmse"] == math.inf


def test_missing_runs_are_failures_but_of_methods_that_have_no_record(tmp_path: Path) -> None:
    results = [
        Result(problem="p0"),
        Result(problem="p1", status=""),
        Result("no_engine", problem="p0", status=""),
        Result("no_engine", problem="p1", status=""),
    ]
    found = lines(write(tmp_path, results))
    assert (found["m"]["planned"], found["m"]["done"], found["m"]["problems"]) == (2, 1, 2)
    assert found["m"]["missing"] == 1 and found["m"]["ned"] == 0.5
    assert found["m"]["symbolic_exact"] == found["m"]["accuracy"] == 0.5
    assert (found["no_engine"]["remark"], found["no_engine"]["missing"]) == ("no record", 2)
    assert (found["no_engine"]["planned"], found["no_engine"]["done"]) == (2, 0)
    assert all(math.isnan(found["no_engine"][name]) for name in ("symbolic_exact", "ned", "r2"))


def test_unscored_runs_are_counted_and_change_no_rate(tmp_path: Path) -> None:
    results = [Result(problem="p0"), Result(problem="p1", yes=False, scored=False)]
    line = lines(write(tmp_path, results))["m"]
    assert (line["done"], line["unscored"], line["accuracy"]) == (2, 1, 1.0)


def test_runs_that_were_not_sealed_in_full_are_counted(tmp_path: Path) -> None:
    results = [Result(problem=f"p{k}") for k in range(5)]
    store = Store(write(tmp_path, results))
    provenances = ({"seal": "full"}, {"seal": "partial"}, {"seal": "none"}, {},
                   {"elsewhere": "theirs.csv"})  # fmt: skip
    for result, provenance in zip(results, provenances, strict=True):
        rewrite(store.record_path(result.run.key), provenance=provenance)
    line = lines(tmp_path)["m"]
    assert (line["done"], line["unsealed"]) == (5, 3)


def test_starved_runs_are_counted_and_budgets_of_cpu_time_are_told(tmp_path: Path) -> None:
    results = [Result(problem=f"p{k}", cpu_seconds=4.0) for k in range(3)]
    store = Store(write(tmp_path, results))
    for result, starved in zip(results, (True, False, None), strict=True):
        path = store.record_path(result.run.key)
        used = {**json.loads(path.read_text())["resources"], "starved": starved}
        rewrite(path, resources=used)
    line = lines(tmp_path)["m"]
    assert (line["done"], line["starved"], line["seconds"]) == (3, 1, "4 CPU")


def test_what_was_made_from_another_answer_does_not_count(tmp_path: Path) -> None:
    store = Store(write(tmp_path, [Result(problem="p0"), Result(problem="p1")]))
    write_score(store, Result(problem="p0", answer="x0 + 1"))
    line = lines(tmp_path)["m"]
    assert (line["planned"], line["done"], line["unscored"]) == (2, 2, 1)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"digest": 3}', "\x00"])
def test_damaged_files_are_runs_not_done_or_not_scored(tmp_path: Path, content: str) -> None:
    results = [Result(problem=f"p{k}") for k in range(3)]
    store = Store(write(tmp_path, results))
    store.record_path(results[0].run.key).write_text(content)
    store.score_path(results[1].run.key).write_text(content)
    line = lines(tmp_path)["m"]
    assert (line["planned"], line["done"], line["unscored"]) == (3, 2, 1)


def test_predictions_from_elsewhere_have_no_times(tmp_path: Path) -> None:
    store = Store(write(tmp_path, [Result()]))
    rewrite(store.record_path(Result().run.key), provenance={"elsewhere": "theirs.csv"})
    line = lines(tmp_path)["m"]
    assert math.isnan(line["wall_seconds"]) and line["seconds"] == ""
    assert line["symbolic_exact"] == 1.0


def test_the_best_method_comes_first(tmp_path: Path) -> None:
    results = [
        *(Result("a", problem=f"p{k}", yes=False) for k in range(4)),
        *(Result("b", problem=f"p{k}", yes=k < 3) for k in range(4)),
        *(Result("c", problem=f"p{k}", yes=k < 1) for k in range(4)),
    ]
    assert list(lines(write(tmp_path, results))) == ["b", "c", "a"]


def test_rows_by_dataset_noise_tier_and_difficulty(tmp_path: Path) -> None:
    results = [
        Result(dataset="srsd_easy", problem="feynman-i.12.1", noise=noise) for noise in (0.0, 0.1)
    ] + [Result(dataset="srsd_hard", problem="feynman-i.6.20"), Result(dataset="gone")]
    folder = write(tmp_path, results)
    assert set(lines(folder, by=("dataset",))) == {
        ("m", "srsd_easy"), ("m", "srsd_hard"), ("m", "gone"),
    }  # fmt: skip
    assert [line["planned"] for line in lines(folder, by=("noise",)).values()] == [3, 1]
    assert set(lines(folder, by=("tier",))) == {("m", "easy"), ("m", "hard"), ("m", "unknown")}
    assert set(lines(folder, by=("dataset", "difficulty"))) == {
        ("m", "srsd_easy", "up to 5 operators"),
        ("m", "srsd_hard", "over 10 operators"),
        ("m", "gone", "unknown"),
    }


def test_settings_and_budgets_are_kept_apart_and_only_what_differs_is_named(
    tmp_path: Path,
) -> None:
    results = [
        *(Result("m", seconds=seconds, seed=seed) for seconds in (5, 60) for seed in (0, 1)),
        *(Result("n", setting=setting, noise=0.1) for setting in (0, 1)),
        Result("o"),
    ]
    folder = write(tmp_path / "a", results)
    table = make_leaderboard([folder])
    assert {(line.method, line.settings): line.planned for line in table.itertuples()} == {
        ("m", "budget.seconds=5"): 2, ("m", "budget.seconds=60"): 2,
        ("n", "setting=0"): 1, ("n", "setting=1"): 1, ("o", ""): 1,
    }  # fmt: skip
    assert "budget.seconds=5 |" in WRITERS["md"](table)
    apart = [write(tmp_path / name, [Result(setting=k)]) for k, name in enumerate("bc")]
    assert list(make_leaderboard(apart)["settings"]) == ["setting=0", "setting=1"]
    alone = make_leaderboard([write(tmp_path / "d", [Result(seed=0), Result(seed=1, noise=0.1)])])
    assert list(alone["planned"]) == [2] and "settings" not in WRITERS["md"](alone)


def test_folders_of_several_machines_make_one_table(tmp_path: Path) -> None:
    everything = [Result(problem=f"p{k}", yes=k != 2) for k in range(4)]
    here = [*everything[:2], *(Result(problem=f"p{k}", status="") for k in (2, 3))]
    a = write(tmp_path / "a", here)
    b = write(tmp_path / "b", everything[1:])
    whole = write(tmp_path / "whole", everything)
    assert to_csv(make_leaderboard([a, b])) == to_csv(make_leaderboard([whole]))
    assert to_csv(make_leaderboard([b, a])) == to_csv(make_leaderboard([whole]))


def test_folders_that_contradict_are_refused(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a", [Result()]), write(tmp_path / "b", [Result(answer="x1")])
    with pytest.raises(LeaderboardError, match=r"m/toy/p0/seed0_noise0.*another result"):
        make_leaderboard([a, b])


def test_a_folder_without_results_is_named(tmp_path: Path) -> None:
    with pytest.raises(LeaderboardError, match=r"nothing_here.*plan\.jsonl"):
        make_leaderboard([tmp_path / "nothing_here"])


def test_the_csv_has_the_documented_columns_and_the_same_bits_again(tmp_path: Path) -> None:
    results = [
        Result(f"m{j}", problem=f"p{k}", seed=s, yes=(j + k + s) % 3 == 0)
        for j in range(3)
        for k in range(7)
        for s in range(2)
    ]
    text = to_csv(make_leaderboard([write(tmp_path / "a", results)]))
    assert text.splitlines()[0].split(",") == column_names({"table"})
    assert all(f"`{name}`" in columns_markdown() for name in column_names())
    again = write(tmp_path / "b", reversed(results))
    assert to_csv(make_leaderboard([tmp_path / "a"])) == text
    assert to_csv(make_leaderboard([again])) == text
    assert len(pd.read_csv(io.StringIO(text))) == 3


def test_json_is_json_and_says_what_is_not_finite(tmp_path: Path) -> None:
    folder = write(tmp_path, [Result(status="crash", answer=None)])
    whole = json.loads(to_json(make_leaderboard([folder])))
    (line,) = whole["lines"]
    assert (whole["schema"], whole["kinds"], whole["notes"]) == (SCHEMA, ["table"], [])
    assert line["r2"] == "-inf" and line["nmse"] == "inf" and line["complexity"] is None
    assert line["planned"] == 1 and line["symbolic_exact"] == 0.0


@pytest.mark.parametrize("form", ["md", "tex", "html"])
def test_labels_cannot_break_a_table(tmp_path: Path, form: str) -> None:
    folder = write(tmp_path, [Result("a|b_<i>"), Result("plain")])
    text = WRITERS[form](make_leaderboard([folder]))
    broken = {"md": "| a|b", "tex": "a|b_<", "html": "<i>"}[form]
    assert broken not in text
    assert "0.00" in text or "1.00" in text


def test_what_other_code_made_stays_in_the_rates_and_is_counted_and_said(tmp_path: Path) -> None:
    old = "a" * 64
    results = [
        Result(problem="p0", source=old),
        Result(problem="p1", source=old, judge="of old (sympy 1.13)"),
        Result("n", problem="p0", judge="of old (sympy 1.13)"),
        Result("n", problem="p1"),
    ]
    folder = write(tmp_path, results)
    found = lines(folder)
    assert (found["m"]["stale"], found["n"]["stale"], found["m"]["symbolic_exact"]) == (1, 1, 1.0)
    Store(folder).add_to_plan([Result(problem=f"p{k}", source="b" * 64).run for k in range(2)])
    board = read_board([folder])
    line = {one.method: one for one in board.table.itertuples()}["m"]
    assert (line.planned, line.done, line.stale, line.symbolic_exact) == (2, 2, 2, 1.0)
    assert board.said[0].startswith("2 records made by other code of m than there is now")
    assert board.said[1].startswith("2 scorecards made by other code of the judge (rediscover")
    assert "stale" in WRITERS["md"](board.table)
    write(tmp_path, [Result(problem="p0", source="b" * 64, yes=False)])
    line = {one.method: one for one in make_leaderboard([folder]).itertuples()}["m"]
    assert (line.done, line.stale, line.symbolic_exact) == (2, 1, 0.5)
