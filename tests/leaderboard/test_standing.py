"""Who is ranked with whom, and what a table says before its numbers: as a sceptic would try it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from results_folders import Result, write

from bench.cli import main
from bench.leaderboard import make_leaderboard, read_board
from bench.leaderboard.writers import WRITERS
from bench.running import Leases, Store
from bench.running.results.run import Setup


def places(folder: Path, *more: Path, by: tuple[str, ...] = ()) -> dict[str, tuple[int, Any]]:
    """Group and rank of each method."""
    table = make_leaderboard([folder, *more], by)
    ranks = [None if rank != rank else rank for rank in table["rank"].astype(float)]
    return dict(zip(table["method"], zip(table["group"], ranks, strict=True), strict=True))


def notes(*folders: Path) -> list[str]:
    return list(make_leaderboard(folders).attrs["notes"])


def five(method: str, solved: int, **more: Any) -> list[Result]:
    return [Result(method, problem=f"p{k}", yes=k < solved, **more) for k in range(5)]


def delete(folder: Path, results: list[Result], *, scores: bool = False) -> None:
    store = Store(folder)
    for result in results:
        path = store.score_path if scores else store.record_path
        path(result.run.key).unlink()


def test_taking_unsolved_records_away_costs_what_they_cost(tmp_path: Path) -> None:
    poor = five("poor", 1)
    folder = write(tmp_path, [*poor, *five("good", 3)])
    before = make_leaderboard([folder])
    assert before.attrs["notes"] == [] and places(folder)["poor"] == (1, 2)
    delete(folder, poor[1:])
    after = make_leaderboard([folder]).set_index("method").loc["poor"]
    assert places(folder)["poor"] == (1, 2)
    assert (after.symbolic_exact, after.missing, after.solved_area) == (0.2, 4, 0.85 / 5)
    assert after.remark == "4 of 5 missing, counted as failures"
    assert notes(folder) == ["4 planned runs of poor without a record count as failures"]


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_no_deletion_improves_a_place(data: st.DataObject) -> None:
    cells = [(m, p) for m in "abc" for p in range(4)]
    kinds = st.sampled_from(["yes", "no", "crash", "no record"])
    fate = dict(zip(cells, data.draw(st.lists(kinds, min_size=12, max_size=12)), strict=True))
    gone = data.draw(st.sets(st.sampled_from([("a", p) for p in range(4)]), max_size=3))
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        ranks = [
            places(write(Path(folder), [
                Result(
                    m, problem=f"p{p}", yes=fate[m, p] == "yes",
                    answer=None if fate[m, p] == "crash" else "x0",
                    status={"crash": "crash", "no record": ""}.get(fate[m, p], "ok")
                    if (m, p) not in away else "",
                )
                for m, p in cells
            ]))["a"][1]
            for folder, away in ((one, set()), (other, gone))
        ]  # fmt: skip
    before, after = ranks
    assert after is None or (before is not None and after >= before)


def test_nobody_is_ranked_while_runs_are_pending_or_wait_for_their_judge(tmp_path: Path) -> None:
    results = [*five("a", 3), *five("b", 2)]
    folder = write(tmp_path, [*results[:-1], Result("b", problem="p4", status="")])
    with Leases(Store(folder).leases_folder) as other:
        other.announce()
        assert places(folder) == {"a": (1, None), "b": (1, None)}
        assert notes(folder) == ["partial: 9 of 10 runs, 1 pending: nobody is ranked"]
        line = make_leaderboard([folder]).set_index("method").loc["b"]
        assert (line.remark, line.pending, line.symbolic_exact) == ("partial: 4 of 5", 1, 0.5)
    assert places(folder) == {"a": (1, 1), "b": (1, 2)}
    delete(folder, [results[0]], scores=True)
    assert places(folder)["b"] == (1, None)
    assert notes(folder)[0].startswith("partial: 9 of 10 runs, 1 to be judged (rediscover score)")


def test_other_problems_seeds_noise_or_data_are_never_ranked_together(tmp_path: Path) -> None:
    whole = five("whole", 1)
    for name, others in {
        "one problem": [Result("part", problem="p0")],
        "another problem": [*five("part", 5)[:4], Result("part", problem="q")],
        "another seed": five("part", 5, seed=1),
        "more seeds": [*five("part", 5), *five("part", 5, seed=1)],
        "noise": five("part", 5, noise=0.1),
        "another dataset": five("part", 5, dataset="other"),
    }.items():
        folder = write(tmp_path / name, [*whole, *others])
        found = places(folder)
        assert {group for group, _ in found.values()} == {1, 2}, name
        assert {rank for _, rank in found.values()} == {1}, name
        (note,) = notes(folder)
        assert note.startswith("not ranked together: "), name
        assert "they ran other problems, seeds or noise" in note


def test_those_who_ran_most_come_first(tmp_path: Path) -> None:
    folder = write(tmp_path, [Result("lucky"), *five("a", 1), *five("b", 2)])
    assert list(make_leaderboard([folder])["method"]) == ["b", "a", "lucky"]
    assert places(folder) == {"b": (1, 1), "a": (1, 2), "lucky": (2, 1)}
    assert notes(folder)[0].startswith("not ranked together: a, b on 5 problems; lucky on 1 probl")
    md = WRITERS["md"](make_leaderboard([folder]))
    assert isinstance(md, str)
    assert md.startswith("not ranked together: ") and "| method | group |" in md


def test_folders_of_other_plans_are_not_mixed_up(tmp_path: Path) -> None:
    a = write(tmp_path / "a", [*five("m", 5), *five("n", 4)])
    b = write(tmp_path / "b", [*five("m", 5, seed=1)])
    assert places(a, b) == {"m": (1, 1), "n": (2, 1)}
    by = make_leaderboard([a, b], ["seed"])
    assert list(zip(by["method"], by["seed"], by["rank"], strict=True)) == [
        ("m", 0, 1), ("n", 0, 2), ("m", 1, 1)]  # fmt: skip
    assert by.attrs["notes"] == []


def test_lines_taken_out_of_a_plan_leave_less_coverage_and_strays(tmp_path: Path) -> None:
    poor = five("poor", 1)
    folder = write(tmp_path, [*poor, *five("good", 3)])
    plan = Store(folder).plan_path
    lines = plan.read_text().splitlines(keepends=True)
    unsolved = {result.run.problem for result in poor[1:]}
    plan.write_text("".join(
        line for line in lines
        if '"poor"' not in line or not any(f'"{problem}"' in line for problem in unsolved)
    ))  # fmt: skip
    board = read_board([folder])
    assert places(folder) == {"good": (1, 1), "poor": (2, 1)}
    assert any("4 records of nothing that is planned here" in line for line in board.said)


def test_methods_that_failed_everywhere_and_ties_are_ranked_and_those_of_no_data_are_not(
    tmp_path: Path,
) -> None:
    results = [*five("c", 2), *five("a", 2), *five("fails", 0, status="crash", answer=None)]
    folder = write(tmp_path / "x", results)
    assert places(folder) == {"a": (1, 1), "c": (1, 1), "fails": (1, 3)}
    write(folder, five("no_data", 0, status="no_data", answer=None, scored=False))
    table = make_leaderboard([folder]).set_index("method")
    assert places(folder)["no_data"] == (2, None)
    assert table.loc["no_data"].remark == "no data"
    alone = write(tmp_path / "alone", [Result()])
    assert places(alone) == {"m": (1, 1)} and notes(alone) == []


def test_a_method_without_a_record_has_the_reason_that_this_machine_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bench.leaderboard.lines import lacking

    monkeypatch.setattr(lacking, "is_trusted", lambda target: True)
    folder = write(tmp_path, [*five("a", 2), *five("b", 0, status="")])
    board = read_board([folder])
    assert board.table["remark"].tolist() == ["", "no record"]
    assert notes(folder) == ["no record of b"]
    why = "no record of b, and here some.where:Method cannot be loaded: "
    assert board.said[-1].startswith(why)
    assert places(folder) == {"a": (1, 1), "b": (1, None)}


def test_the_reason_is_known_of_a_file_that_another_benchmark_wrote(tmp_path: Path) -> None:
    from bench.leaderboard.lines.lacking import lacking_reason

    regressor = tmp_path / "regressor.py"
    regressor.write_text("import no_such_engine\nest = None\n")
    setup = Setup("bench.adapters.srbench:SRBench", {"file": str(regressor)}, {}, "blind")
    assert "module 'no_such_engine' is not installed" in str(lacking_reason(setup))


def test_a_table_of_no_records_has_the_columns_of_tables_alone(tmp_path: Path) -> None:
    folder = write(tmp_path, five("a", 0, status="", answer=None, scored=False))
    table = read_board([folder]).table
    assert "r2" in table and "term_f1" not in table


def test_only_what_is_complete_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = write(tmp_path / "good", [*five("a", 2), *five("b", 1)])
    assert main(["leaderboard", str(good), "--require-complete"]) == 0
    apart = write(tmp_path / "apart", [*five("a", 2), Result("b")])
    missing = write(tmp_path / "missing", [*five("a", 2), *five("b", 1)])
    delete(missing, five("b", 1)[:1])
    unscored = write(tmp_path / "unscored", [*five("a", 2), *five("b", 1, scored=False)])
    for folder, why in ((apart, "not ranked together"), (missing, "without a record"),
                        (unscored, "partial: 5 of 10 runs")):  # fmt: skip
        capsys.readouterr()
        assert main(["leaderboard", str(folder), "--require-complete"]) == 1
        out = capsys.readouterr()
        assert why in out.err and not out.out
