"""Methods compared on results folders: what is paired, what is left out, what is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from results_folders import Result, write

from bench.cli import main
from bench.leaderboard import LeaderboardError, comparison
from bench.leaderboard.comparison import Contests, compare_methods
from bench.leaderboard.rows import read_rows
from bench.running import Leases, Store


def compared(folder: Path, *methods: str, measure: str = "exact") -> Contests:
    return compare_methods(read_rows([folder]).frame, methods, measure)


def test_a_method_that_solves_all_of_many_is_better_than_one_that_solves_none(
    tmp_path: Path,
) -> None:
    results = [Result(m, f"p{k}", yes=m == "a") for k in range(12) for m in ("b", "a")]
    found = compared(write(tmp_path, results))
    (pair,) = found.pairs
    assert (pair.first, pair.second, pair.difference.difference) == ("b", "a", -1.0)
    assert found.better(pair) == "a" and pair.difference.p == pytest.approx(2 / 2**12)
    (by_distance,) = compared(tmp_path, "a", "b", measure="ned").pairs
    assert by_distance.difference.difference < 0
    assert compared(tmp_path, "a", "b", measure="ned").better(by_distance) == "a"


def test_few_problems_show_nothing(tmp_path: Path) -> None:
    results = [Result(m, f"p{k}", yes=m == "a") for k in range(4) for m in "ab"]
    found = compared(write(tmp_path, results))
    assert found.better(found.pairs[0]) == ""


def test_only_runs_that_both_have_done_are_held_against_each_other(tmp_path: Path) -> None:
    results = [Result("a", f"p{k}", seed=s) for k in range(5) for s in range(2)]
    results += [Result("b", f"p{k}", yes=False) for k in range(3)]
    results += [Result("b", "p3", status="crash", answer=None), Result("b", "p4", status="")]
    folder = write(tmp_path, results)
    with Leases(Store(folder).leases_folder) as other:
        other.announce()
        (pair,) = compared(folder).pairs
    assert pair.difference.problems == 4 and pair.alone == (6, 0)
    assert (pair.difference.won, pair.difference.test) == (4, "exact McNemar")
    (pair,) = compared(folder).pairs
    assert (pair.difference.won, pair.alone) == (5, (5, 0))  # missing, not to come any more


def test_many_pairs_are_paid_for(tmp_path: Path) -> None:
    results = [
        Result(f"m{j}", f"p{k}", yes=k % 4 < j) for j in range(4) for k in range(16)
    ]  # fmt: skip
    found = compared(write(tmp_path, results))
    assert len(found.pairs) == 6
    assert all(pair.p >= pair.difference.p for pair in found.pairs)
    assert found.ranks is not None and found.ranks.problems == 16
    assert found.ranks.mean[3] < found.ranks.mean[0]


@pytest.mark.parametrize(
    ("methods", "measure", "words"),
    [
        (("a", "z"), "exact", "no method 'z'.*there is a, b"),
        (("a",), "exact", "'a' alone"),
        (("a", "a"), "exact", "'a' alone"),
        ((), "beauty", "'beauty'.*symbolic_exact"),
        ((), "r2", "'r2'"),
    ],
)
def test_what_cannot_be_compared_is_named(
    tmp_path: Path, methods: tuple[str, ...], measure: str, words: str
) -> None:
    folder = write(tmp_path, [Result("a"), Result("b")])
    with pytest.raises(LeaderboardError, match=words):
        compared(folder, *methods, measure=measure)


def test_the_verb_says_it_for_people_and_for_machines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = [Result(m, f"p{k}", yes=m == "a") for k in range(12) for m in "abc"]
    folder = write(tmp_path, [*results, Result("a", "p12"), Result("b", "p11", seed=1)])
    assert main(["compare", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "left out: 1 run of a that b has not done" in said
    assert "+1.000 [+0.7" in said and "not shown" in said
    assert "not told apart by ranks: b, c" in said
    assert main(["compare", str(folder), "a", "b", "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain["pairs"][0]["better"] == "a" and plain["ranks"] is None


def test_of_very_many_methods_ranks_are_shown_and_pairs_where_they_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path, [Result(m, f"p{k}", yes=k % 2 == 0) for m in "abc" for k in range(4)])
    monkeypatch.setattr(comparison, "MOST_PAIRS", 2)
    assert main(["compare", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "3 methods are 3 pairs, of which none is compared: name those" in said
    assert "mean ranks over 4 problems" in said
    assert main(["compare", str(folder), "a", "b", "c"]) == 0
    assert capsys.readouterr().out.count("McNemar") == 3
