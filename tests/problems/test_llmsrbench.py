"""LLM-SRBench: the recipe against published figures, and the released layout."""

from __future__ import annotations

import random
from pathlib import Path

import h5py
import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from bench.expression import evaluate, parse
from bench.problems import Problem, load_dataset
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
    "lsr_synth_chem_react": [("CRK0", ["dA_dt", "t", "A"], "-0.1899_z*A(t)**2 + 0.1899*_z*A(t)")],
    "lsr_synth_bio_pop_growth": [("BPG77", ["dP_dt", "t", "P"], "0.5*P(t) + sin(t)")],
    "lsr_synth_phys_osc": [("PO0", ["dv_dt", "x", "t", "v"], "F0*sin(t) - beta*sin(v(t))")],
}


@pytest.fixture
def released(tmp_path: Path) -> Path:
    folder = tmp_path / "llm-srbench"
    (folder / "data").mkdir(parents=True)
    rng = np.random.default_rng(0)
    with h5py.File(folder / "lsr_bench_data.hdf5", "w") as file:
        for subset, problems in RELEASED.items():
            columns = {
                "name": [name for name, _, _ in problems],
                "symbols": [symbols for _, symbols, _ in problems],
                "symbol_descs": [[f"what {s} is" for s in symbols] for _, symbols, _ in problems],
                "symbol_properties": [["O", *"V" * (len(s) - 1)] for _, s, _ in problems],
                "expression": [expression for _, _, expression in problems],
            }
            parquet.write_table(
                pyarrow.table(columns), folder / "data" / f"{subset}-00000-of-00001.parquet"
            )
            for name, symbols, _ in problems:
                synth = subset.startswith("lsr_synth_")
                group = f"lsr_synth/{subset[10:]}/{name}" if synth else f"{subset}/{name}"
                for split in ("train", "test", "ood_test")[: 3 if synth else 2]:
                    rows = rng.uniform(1, 2, (8, len(symbols))).astype(np.float32)
                    file[f"{group}/{split}"] = rows
    return folder


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


def test_truths_that_were_lost_come_from_the_catalogue(released: Path) -> None:
    dataset = load_dataset(released)
    assert dataset["BPG77"].truth == "0.5*x1 + sin(x0)"
    for subset, name in (("chem_react", "CRK0"), ("phys_osc", "PO0")):
        assert dataset[name].truth == load_dataset(f"llmsrbench_{subset}")[name].truth


def test_one_subset_of_the_released_files(released: Path) -> None:
    assert len(load_dataset(released, subset="chem_react")) == 1
    with pytest.raises(TableError, match="choose one of transform"):
        load_dataset(released, subset="chemistry")


def test_malformed_released_files_are_named(released: Path) -> None:
    path = released / "lsr_bench_data.hdf5"
    problem = load_dataset(released)["CRK0"]
    with h5py.File(path, "a") as file:
        group = file["lsr_synth/chem_react/CRK0"]
        group["train"][2, 1] = np.nan
        del group["test"]
    with pytest.raises(TableError, match="CRK0 has no array 'test'"):
        problem.data()
    with h5py.File(path, "a") as file:
        file["lsr_synth/chem_react/CRK0/test"] = np.ones((4, 3))
    with pytest.raises(TableError, match="CRK0/train: row 2, column 1 is not a finite number"):
        problem.data()
    path.write_bytes(b"no HDF5")
    with pytest.raises(TableError, match="not an HDF5 file"):
        problem.data()
    file = next((released / "data").glob("*chem*"))
    parquet.write_table(pyarrow.table({"name": ["CRK0"]}), file)
    with pytest.raises(TableError, match="no column 'symbols'; the columns are name"):
        load_dataset(released)
