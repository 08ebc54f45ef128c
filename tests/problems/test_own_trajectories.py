"""A user's own trajectories: how files become a system, and what is said of files that do not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.kinds import Conditions, item_of, kind_of
from bench.kinds.system.scoring import SystemSubject
from bench.problems import load_dataset
from bench.problems.formats.tabular import TableError
from bench.scoring import FormCache, ScoringLimits, score

Rows = list[list[float]]


def decaying(t: np.ndarray, start: float) -> Rows:
    """x' = -x, beside a state at rest."""
    return np.column_stack([t, start * np.exp(-t), np.full(len(t), 2.0)]).tolist()  # type: ignore[no-any-return]


def written(path: Path, rows: Rows, header: str = "t,x,rest") -> Path:
    path.write_text("\n".join([header, *(",".join(map(repr, row)) for row in rows)]) + "\n")
    return path


def loaded(path: Path, **options: Any) -> Any:
    (problem,) = load_dataset(path, **{"time": "t", **options}).problems
    return problem


T = np.linspace(0.0, 2.0, 40)


def test_a_file_is_a_trajectory_whose_end_is_held_back(tmp_path: Path) -> None:
    problem = loaded(written(tmp_path / "decay.csv", decaying(T, 3.0)))
    assert (problem.kind, problem.id, problem.names) == ("system", "decay/decay", ("x0", "x1"))
    assert [state.symbol for state in problem.states] == ["x", "rest"]
    data = problem.data()
    (shown,), (later,) = data.shown, data.later
    assert (len(shown), len(later), data.held_back) == (30, 11, ())
    assert later.t[0] == shown.t[-1] and later.t[-1] == 2.0
    problem.check()


def test_a_folder_holds_a_trajectory_in_each_file(tmp_path: Path) -> None:
    gaps = np.delete(T, slice(5, 20))  # uneven, and shorter than the other
    written(tmp_path / "a.csv", decaying(T, 3.0))
    written(tmp_path / "b.csv", decaying(gaps, 1.0))
    data = loaded(tmp_path).data()
    assert [len(one) for one in (*data.shown, *data.later, *data.held_back)] == [30, 11, 25]
    np.testing.assert_array_equal(data.held_back[0].t, gaps)


def test_a_column_tells_trajectories_apart_wherever_their_rows_are(tmp_path: Path) -> None:
    marked = [[1.0, *row] for row in decaying(T[:9], 3.0)], [[0.0, *row] for row in decaying(T, 1)]
    mixed = [row for pair in zip(*marked, strict=False) for row in pair] + marked[1][9:]
    problem = loaded(written(tmp_path / "d.csv", mixed, "run,t,x,rest"), trajectory="run")
    data = problem.data()
    assert problem.names == ("x0", "x1")
    assert [len(one) for one in (*data.shown, *data.later, *data.held_back)] == [7, 3, 40]
    assert data.shown[0].x[0, 0] == 3.0


def test_parquet_is_read_alike(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    rows = decaying(T, 3.0)
    pd.DataFrame(rows, columns=["t", "x", "rest"]).to_parquet(tmp_path / "decay.parquet")
    own = loaded(written(tmp_path / "decay.csv", rows)).data()
    assert loaded(tmp_path / "decay.parquet").data().digest == own.digest


def test_the_law_and_inputs_may_be_said(tmp_path: Path) -> None:
    rows = [[t, t**2 / 2, 1.0 * t] for t in T.tolist()]
    path = written(tmp_path / "driven.csv", rows, "t,x,force")
    problem = loaded(path, inputs=["force"], truth={"x": "force"})
    assert (problem.names, problem.truth) == (("x0",), {"x0": "x1"})
    item = item_of({"x0": "x1"}, problem)
    found = SystemSubject(item, problem.laws, FormCache(), ScoringLimits())
    assert found.reconstruction > 1 - 1e-9
    assert found.forecast is not None and found.forecast < 1e-6
    assert loaded(path, inputs=["force", "t"]).names == ("x0",)


def test_an_answer_is_scored_without_a_law(tmp_path: Path) -> None:
    for name, start in (("a", 3.0), ("b", 1.0)):
        written(tmp_path / f"{name}.csv", decaying(T, start))
    card = score(item_of({"x0": "-x0", "x1": "0"}, loaded(tmp_path)), forms=FormCache())
    assert card.failure == "" and card.limits_hit == ()
    assert (card.values["reconstruction"], card.values["generalisation"]) == (1.0, 1.0)
    assert card.values["forecast"] is not None and card.values["forecast"] < 1e-6
    missing = ("symbolic_exact", "derivative_error", "term_f1", "valid_time", "ned")
    assert [card.values[name] for name in missing] == [None] * 5


def test_three_points_are_enough(tmp_path: Path) -> None:
    data = loaded(written(tmp_path / "few.csv", decaying(T[:3], 3.0))).data()
    assert (len(data.shown[0]), data.later) == (3, ())


def test_many_points_are_read_and_shown(tmp_path: Path) -> None:
    t = np.linspace(0.0, 10.0, 100_000)
    np.savetxt(
        tmp_path / "long.csv",
        np.column_stack([t, np.sin(t)]),
        "%.17g",
        ",",
        header="t,x",
        comments="",
    )
    problem = loaded(tmp_path / "long.csv")
    conditions = Conditions(noise=0.01)
    arrays = kind_of(problem).arrays(problem, problem.data(), conditions)
    assert [len(array) for array in arrays] == [75_000] * 4


def test_a_version_follows_from_files_and_options(tmp_path: Path) -> None:
    path = written(tmp_path / "d.csv", decaying(T, 3.0))
    first = {loaded(path).version, loaded(path).version}
    other = {loaded(path, split=0.5).version, loaded(path, inputs=["rest"]).version}
    written(path, decaying(T, 4.0))
    assert len(first) == 1 and len({*first, *other, loaded(path).version}) == 4


def broken(change: Callable[[Rows], object]) -> Rows:
    rows = decaying(T, 3.0)
    change(rows)
    return rows


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        (broken(lambda r: r.reverse()), {}, r"line 3, column 't' holds .* after 2; time must incr"),
        (broken(lambda r: r.insert(1, r[0])), {}, "line 3, column 't' holds 0 after 0"),
        (broken(lambda r: r.__delitem__(slice(2, None))), {}, "2 points; at least 3 are needed"),
        (broken(lambda r: r[4].__setitem__(1, float("nan"))), {}, "line 6, column 'x' holds 'nan'"),
        (broken(len), {"time": "when"}, "time is 'when'; it must be a column, and those are t, x"),
        (broken(len), {"trajectory": "run"}, "trajectory is 'run'; it must be a column"),
        (broken(len), {"inputs": ["u"]}, "inputs is 'u'; it must be a column"),
        (broken(len), {"inputs": ["x", "rest"]}, "there is no column of a state"),
        (broken(len), {"truth": {"x": "-x"}}, "truth has no rate for 'rest'"),
        (broken(len), {"truth": {"x": "-q", "rest": "0"}}, "the truth of 'x': unknown name 'q'"),
        (broken(len), {"truth": "-x"}, "give a rate for each state"),
        (broken(len), {"split": 1.5}, "split is 1.5"),
        (broken(len), {"target": "x"}, "trajectories have no target"),
        (broken(len), {"time": None, "trajectory": "x"}, "trajectories need a column of time"),
    ],
)
def test_what_is_no_trajectory_is_told(
    tmp_path: Path, rows: Rows, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(TableError, match=message):
        loaded(written(tmp_path / "d.csv", rows), **options)


def test_files_of_one_folder_have_the_same_columns(tmp_path: Path) -> None:
    written(tmp_path / "a.csv", decaying(T, 3.0))
    written(tmp_path / "b.csv", decaying(T, 3.0), "t,x,other")
    with pytest.raises(TableError, match=r"b\.csv: its columns differ from those of"):
        loaded(tmp_path)
