"""LLM-SRBench: the recipe against published figures, and the released layout."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from bench.expression import evaluate, parse
from bench.problems import Problem, load_dataset
from bench.problems.checking import BadData, check_data
from bench.problems.formats.tabular import TableError

SIZES = {"transform": 111, "chem_react": 36, "bio_pop_growth": 24, "phys_osc": 44, "matsci": 25}


def truth_nmse(problem: Problem, split: str) -> float:
    table = problem.data().splits[split]
    error = evaluate(parse(problem.truth or ""), problem.names, table.X) - table.y
    return float(np.mean(error**2) / np.var(table.y))


def test_has_the_240_released_problems() -> None:
    for name, size in SIZES.items():
        assert len(load_dataset(f"llmsrbench_{name}")) == size
    assert len(load_dataset("llmsrbench")) == 240


@pytest.mark.parametrize(
    ("problem", "released"),
    [  # NMSE of the truth on the released train, test and ood splits (FunctionEvolve)
        ("bio_pop_growth/BPG0", (1.5391588713690418e-13, 1.3204272065426601e-13, 1.515e-09)),
        ("bio_pop_growth/BPG1", (5.180240007555216e-15, 5.336892544360383e-15, 6.462e-13)),
        ("chem_react/CRK35", (2.1253987282264514e-15, 2.018430956483369e-15, 2.914e-14)),
        ("matsci/MatSci0", (1.3011520510316633e-14, 1.460359096742376e-14, 2.331e-12)),
        ("matsci/MatSci28", (1.5363082593215718e-14, 1.6244056158111057e-14, 2.030e-12)),
        ("phys_osc/PO0", (1.7091024565295764e-13, 1.8364879264915873e-13, 5.822e-13)),
        ("phys_osc/PO43", (3.0904179731933997e-13, 3.8226073487098964e-13, 8.076e-12)),
    ],
)
def test_the_law_fits_as_well_as_on_the_released_data(
    problem: str, released: tuple[float, float, float]
) -> None:
    subset, name = problem.split("/")
    one = load_dataset(f"llmsrbench_{subset}")[name]
    assert {split: len(table) for split, table in one.data().splits.items()} == {
        "train": 4000, "test": 500, "ood": 500
    }  # fmt: skip
    for split, value in zip(("train", "test", "ood"), released, strict=True):
        assert truth_nmse(one, split) == pytest.approx(value, rel=0.12)


def test_rows_are_shuffled_by_the_one_stream_of_the_generator() -> None:
    generator, order = random.Random(42), list(range(4500))
    for _ in range(4):
        order = list(range(4500))
        generator.shuffle(order)
    problem = load_dataset("llmsrbench_matsci")["MatSci3"]
    data, strain = problem.data(), np.linspace(0, 0.6, 5000).astype(np.float32)
    np.testing.assert_array_equal(data.test.X[:, 0], strain[order[:500]])
    np.testing.assert_array_equal(data.train.X[:, 0], strain[order[500:]])
    np.testing.assert_array_equal(data.splits["ood"].X[:, 0], strain[4500:])


@pytest.mark.parametrize(
    ("name", "rows"),
    [("I.29.16_0_0", (64888, 16221)), ("III.13.18_0_0", (80000, 20000))],
)
def test_the_validity_filter_keeps_about_what_was_released(
    name: str, rows: tuple[int, int]
) -> None:
    problem = load_dataset("llmsrbench_transform")[name]
    data = problem.data()
    assert (len(data.train), len(data.test)) == pytest.approx(rows, rel=0.01)
    assert truth_nmse(problem, "train") < 1e-10
    assert np.array_equal(data.train.X, data.train.X.astype(np.float32))


def test_transformed_laws_fit_their_data_near_poles_too() -> None:
    for name in ("II.15.5_0_0", "III.15.12_0_0", "I.50.26_0_0"):
        problem = load_dataset("llmsrbench_transform")[name]
        assert max(truth_nmse(problem, "train"), truth_nmse(problem, "test")) < 1e-12, name


def test_transformed_laws_hold_at_points_of_the_original() -> None:
    problem = load_dataset("llmsrbench_transform")["I.13.12_3_0"]
    names = {variable.symbol: variable.name for variable in problem.variables}
    g, m1, m2, r1, r2 = 2.0, 3.0, 4.0, 5.0, 1.5
    values = {"U": g * m1 * m2 * (1 / r2 - 1 / r1), "m1": m1, "m2": m2, "r1": r1, "G": g}
    row = {names[symbol]: value for symbol, value in values.items()}
    X = np.array([[row[name] for name in problem.names]])
    assert evaluate(parse(problem.truth or ""), problem.names, X)[0] == pytest.approx(r2)


def test_flaws_are_said_and_can_be_left_out() -> None:
    left = {
        word: len(load_dataset("llmsrbench", exclude=[word]))
        for word in ("sign_flipped", "noisy_ood", "inputs_on_a_line", "flawed")
    }
    assert left == {"sign_flipped": 225, "noisy_ood": 228, "inputs_on_a_line": 215, "flawed": 188}
    flawed = load_dataset("llmsrbench_transform", only=["sign_flipped"])
    assert {problem.name.rsplit("_", 2)[0] for problem in flawed.problems} == {
        "I.11.19", "I.37.4", "II.11.28", "II.36.38"
    }  # fmt: skip


def test_other_data_seeds_shuffle_and_draw_anew() -> None:
    for subset in ("matsci", "transform"):
        problem = load_dataset(f"llmsrbench_{subset}").problems[0]
        assert problem.data(0).digest == problem.data(0).digest != problem.data(1).digest


# --- the released files -----------------------------------------------------------------------

RELEASED = {
    "lsr_transform": [
        ("I.13.12_3_0", ["r2", "U", "m1", "m2", "r1", "G"], "G*m1*m2*r1/(G*m1*m2 + U*r1)"),
    ],
    # The states stand in another order than in the catalogue.
    "lsr_synth_chem_react": [("CRK0", ["dA_dt", "A", "t"], "-0.1899_z*A(t)**2 + 0.1899*_z*A(t)")],
    "lsr_synth_bio_pop_growth": [("BPG77", ["dP_dt", "t", "P"], "0.5*P(t) + sin(t)")],
    "lsr_synth_phys_osc": [("PO0", ["dv_dt", "x", "t", "v"], "F0*sin(t) - beta*sin(v(t))")],
}


def law_rows(subset: str, name: str, symbols: list[str], count: int) -> np.ndarray:
    """Rows in these columns that follow the catalogue's law, where it has one."""
    X = np.random.default_rng(count).uniform(1, 2, (count, len(symbols) - 1))
    problems = load_dataset(f"llmsrbench_{subset.removeprefix('lsr_').removeprefix('synth_')}")
    known = {problem.name: problem for problem in problems.problems}
    if name not in known:
        return np.column_stack([X[:, 0], X])
    law = known[name]
    own = X[:, [symbols[1:].index(variable.symbol) for variable in law.variables]]
    return np.column_stack([evaluate(parse(law.truth or ""), law.names, own), X])


@pytest.fixture
def released(tmp_path: Path) -> Path:
    folder = tmp_path / "llm-srbench"
    (folder / "data").mkdir(parents=True)
    with h5py.File(folder / "lsr_bench_data.hdf5", "w") as file:
        for subset, problems in RELEASED.items():
            write_parquet(folder, subset, problems)
            for name, symbols, _ in problems:
                for split in ("train", "test", "ood_test")[: 3 if "synth" in subset else 2]:
                    rows = law_rows(subset, name, symbols, 8 + len(split))
                    file[f"{group(subset, name)}/{split}"] = rows.astype(np.float32)
    return folder


def group(subset: str, name: str) -> str:
    synth = subset.startswith("lsr_synth_")
    return f"lsr_synth/{subset[10:]}/{name}" if synth else f"{subset}/{name}"


def write_parquet(folder: Path, subset: str, problems: list[tuple[str, list[str], str]]) -> Path:
    columns = {
        "name": [name for name, _, _ in problems],
        "symbols": [symbols for _, symbols, _ in problems],
        "symbol_descs": [[f"what {s} is" for s in symbols] for _, symbols, _ in problems],
        "symbol_properties": [["O", *"V" * (len(s) - 1)] for _, s, _ in problems],
        "expression": [expression for _, _, expression in problems],
    }
    path = folder / "data" / f"{subset}-00000-of-00001.parquet"
    parquet.write_table(pyarrow.table(columns), path)
    return path


def test_reads_the_released_files(released: Path) -> None:
    dataset = load_dataset(released)
    assert [problem.name for problem in dataset.problems] == ["I.13.12_3_0", "BPG77", "CRK0", "PO0"]
    with h5py.File(released / "lsr_bench_data.hdf5") as file:
        rows = file["lsr_synth/phys_osc/PO0/ood_test"][()]
    ood = dataset["PO0"].data().splits["ood"]
    np.testing.assert_array_equal(ood.y, rows[:, 0])
    np.testing.assert_array_equal(ood.X, rows[:, 1:])
    assert [variable.symbol for variable in dataset["PO0"].variables] == ["x", "t", "v"]
    assert dataset["PO0"].variables[0].meaning == "what x is"
    assert dataset["PO0"].time == "x1"
    assert set(dataset["I.13.12_3_0"].data().splits) == {"train", "test"}
    check_data(dataset.problems)


def test_a_lost_law_comes_from_the_catalogue_symbol_by_symbol(released: Path) -> None:
    dataset = load_dataset(released)
    assert dataset["BPG77"].truth == "0.5*x1 + sin(x0)"
    for subset, name in (("chem_react", "CRK0"), ("phys_osc", "PO0")):
        problem, ours = dataset[name], load_dataset(f"llmsrbench_{subset}")[name]
        X = np.random.default_rng(1).uniform(1, 2, (20, len(problem.names)))
        symbols = [variable.symbol for variable in problem.variables]
        own = X[:, [symbols.index(variable.symbol) for variable in ours.variables]]
        np.testing.assert_array_equal(
            evaluate(parse(problem.truth or ""), problem.names, X),
            evaluate(parse(ours.truth or ""), ours.names, own),
        )
        assert problem.flaws == ours.flaws
    chemistry = load_dataset("llmsrbench_chem_react")["CRK0"]
    assert dataset["CRK0"].truth != chemistry.truth  # another order of columns


@pytest.mark.parametrize(
    ("name", "symbols", "split", "reason"),
    [
        ("CRK999", ["dA_dt", "t", "A"], None, "the catalogue has no problem of that name"),
        ("CRK0", ["dA_dt", "t", "B"], None, "the catalogue's law has 'A', which is no input here"),
        ("CRK0", ["dA_dt", "t", "A"], "train", "the catalogue's law does not fit the train rows"),
        ("CRK0", ["dA_dt", "t", "A"], "test", "the catalogue's law does not fit the test rows"),
    ],
)
def test_a_law_that_the_rows_do_not_bear_out_is_left_out(
    released: Path, name: str, symbols: list[str], split: str | None, reason: str
) -> None:
    subset = "lsr_synth_chem_react"
    write_parquet(released, subset, [(name, symbols, "0.1_z*A(t)")])
    rows = law_rows(subset, name, symbols, 9) if symbols[-1] == "A" else np.ones((9, 3))
    with h5py.File(released / "lsr_bench_data.hdf5", "a") as file:
        for part in ("train", "test", "ood_test"):
            other = f"{group(subset, name)}/{part}"
            if other in file:
                del file[other]
            file[other] = rows * [1.01, 1, 1] if part == split else rows
    problem = load_dataset(released)[name]
    assert problem.truth is None
    assert problem.flaws["law_lost"].endswith(reason)
    assert name not in {one.name for one in load_dataset(released, exclude=["law_lost"]).problems}


def test_one_subset_of_the_released_files(released: Path) -> None:
    assert len(load_dataset(released, subset="chem_react")) == 1
    with pytest.raises(TableError, match="choose one of transform"):
        load_dataset(released, subset="chemistry")


@pytest.mark.parametrize(
    ("problems", "message"),
    [
        (
            [("CRK0", ["y", "t"], "t"), ("CRK1", ["y", "t"], "t"), ("CRK0", ["y", "t"], "2*t")],
            r"parquet: row 2: there is a problem 'CRK0' before it, .*parquet: row 0",
        ),
        ([("PO0", ["y", "t"], "t")], r"row 0: there is a problem 'PO0' before it, .*chem_react"),
        ([("CRK0", ["y", "t", "t"], "t")], r"row 0: problem 'CRK0' lists the symbol 't' twice"),
        ([("CRK0", ["t", "t"], "t")], r"row 0: problem 'CRK0' lists the symbol 't' twice"),
        ([("CRK0", ["y"], "t")], r"row 0: a problem has a name and two or more symbols"),
        ([("", ["y", "t"], "t")], r"row 0: a problem has a name and two or more symbols"),
    ],
)
def test_a_problem_that_is_said_twice_is_refused(
    released: Path, problems: list[tuple[str, list[str], str]], message: str
) -> None:
    write_parquet(released, "lsr_synth_chem_react", problems)
    with pytest.raises(TableError, match=message):
        load_dataset(released)


def damaged(change: str, file: Any) -> None:
    """Change the rows of CRK0 in an open file."""
    place = "lsr_synth/chem_react/CRK0"
    if change == "nan":
        file[place]["train"][2, 1] = np.nan
    elif change == "empty":
        del file[place]["test"]
        file[place]["test"] = np.ones((0, 3))
    elif change == "array":
        del file[place]
        file[place] = np.ones((4, 3))
    elif change == "group":
        del file[place]["train"]
        file[place].create_group("train")
    elif change == "above":
        del file["lsr_synth/chem_react"]
        file["lsr_synth/chem_react"] = np.ones(3)
    elif change == "text":
        del file[place]["train"]
        file[place]["train"] = np.array([["a", "b", "c"]], dtype="S1")
    elif change == "flat":
        del file[place]["train"]
        file[place]["train"] = np.ones(3)
    elif change == "dangling":
        del file[place]["train"]
        file[place]["train"] = h5py.SoftLink("/nowhere")
    else:
        del file[place][change]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("nan", "/lsr_synth/chem_react/CRK0/train: row 2, column 1 is not a finite number"),
        ("empty", "/lsr_synth/chem_react/CRK0/test has no rows"),
        ("array", "/lsr_synth/chem_react/CRK0 is an array, not a group of arrays"),
        ("group", "/lsr_synth/chem_react/CRK0/train is a group, not an array"),
        ("above", "/lsr_synth/chem_react/CRK0"),
        ("text", "/lsr_synth/chem_react/CRK0/train is |S1 of shape (1, 3), not numbers"),
        ("flat", "/lsr_synth/chem_react/CRK0/train is float64 of shape (3,), not numbers"),
        ("dangling", "/lsr_synth/chem_react/CRK0/train"),
        ("test", "/lsr_synth/chem_react/CRK0 has no array 'test'"),
    ],
)
def test_malformed_rows_are_named_by_file_and_path(
    released: Path, change: str, message: str
) -> None:
    path = released / "lsr_bench_data.hdf5"
    check_data(load_dataset(released).problems)
    with h5py.File(path, "a") as file:
        damaged(change, file)
    dataset = load_dataset(released)
    assert "law_lost" in dataset["CRK0"].flaws
    for ask in (lambda: check_data(dataset.problems), lambda: dataset["CRK0"].data()):
        with pytest.raises((BadData, TableError)) as caught:
            ask()
        assert str(path) in str(caught.value) and message in str(caught.value)
        assert "\n" not in str(caught.value)


def test_files_that_are_something_else_are_named(released: Path) -> None:
    path = released / "lsr_bench_data.hdf5"
    path.write_bytes(b"no HDF5")
    with pytest.raises(BadData, match="not an HDF5 file"):
        check_data(load_dataset(released).problems)
    file = next((released / "data").glob("*chem*"))
    parquet.write_table(pyarrow.table({"name": ["CRK0"]}), file)
    with pytest.raises(TableError, match="no column 'symbols'; the columns are name"):
        load_dataset(released)
    file.write_bytes(b"no Parquet")
    with pytest.raises(TableError, match="not a Parquet file"):
        load_dataset(released)
