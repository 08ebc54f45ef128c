"""Data in files: looked through before anything runs, in every format, and told in one line."""

from __future__ import annotations

import csv
import gzip
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.problems import DatasetNotFound, load_dataset
from bench.problems.checking import BadData, check_data
from bench.problems.formats import delimited, tabular
from bench.problems.formats.tabular import (
    OptionMissing,
    TableError,
    count_rows,
    read_numbers,
    read_table,
)


def srsd(folder: Path, cell: str) -> Path:
    for split in ("train", "val", "test"):
        (folder / split).mkdir(parents=True)
        (folder / split / "a.txt").write_text("1 2\n3 4\n")
        (folder / split / "b.txt").write_text("1 2\n3 4\n")
    (folder / "val" / "a.txt").write_text(f"1 2\n{cell} 4\n")
    return folder / "val" / "a.txt"


def pmlb(folder: Path, cell: str) -> Path:
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        path = folder / name / f"{name}.tsv.gz"
        path.write_bytes(gzip.compress(b"u\ttarget\n1\t2\n3\t4\n"))
    path = folder / "a" / "a.tsv.gz"
    path.write_bytes(gzip.compress(f"u\ttarget\n1\t2\n{cell}\t4\n".encode()))
    return path


def table(folder: Path, cell: str) -> Path:
    folder.mkdir()
    path = folder / "a.csv"
    path.write_text(f"u,target\n1,2\n{cell},4\n")
    return path


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_table_of_a_damaged_archive_is_told_in_words(data: st.DataObject) -> None:
    whole = gzip.compress(b"u\ttarget\n1\t2\n3\t4\n" * 30)
    place = data.draw(st.integers(0, len(whole) - 1))
    content = bytearray(whole)
    content[place] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = pmlb(Path(folder) / "own", "1")
        path.write_bytes(content[: data.draw(st.sampled_from([len(whole), place]))])
        try:
            check_data(load_dataset(Path(folder) / "own").problems)
        except (TableError, BadData) as error:
            assert str(path) in str(error)


@pytest.mark.parametrize("write", [srsd, pmlb, table])
def test_a_pipe_among_the_files_is_not_waited_for(
    tmp_path: Path, write: Callable[[Path, str], Path]
) -> None:
    path = write(tmp_path / "own", "1")
    path.unlink()
    os.mkfifo(path)
    try:
        names = [one.name for one in load_dataset(tmp_path / "own").problems]
    except (TableError, DatasetNotFound):
        return
    assert names == ["b"]


@pytest.mark.parametrize("write", [srsd, pmlb])
@pytest.mark.parametrize("cell", ["", "nan", "inf", "1e999", "x", "TRUE", "1_0", "१"])
def test_a_bad_cell_is_found_before_anything_runs(
    tmp_path: Path, write: Callable[[Path, str], Path], cell: str
) -> None:
    path = write(tmp_path / "own", cell)
    dataset = load_dataset(tmp_path / "own")
    for _ in range(2):
        with pytest.raises(BadData) as caught:
            check_data(dataset.problems)
        assert str(caught.value).startswith(f"{path}: line ") and caught.value.problem.name == "a"
    check_data(load_dataset(tmp_path / "own", exclude=["a"]).problems)


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    srsd(tmp_path / "own", "3")
    dataset = load_dataset(tmp_path / "own")
    (tmp_path / "own" / "test" / "b.txt").unlink()
    with pytest.raises(BadData, match=r"test/b\.txt': No such file or directory"):
        check_data(dataset.problems)


def test_one_row_of_pmlb_cannot_be_split(tmp_path: Path) -> None:
    path = pmlb(tmp_path / "own", "3")
    path.write_bytes(gzip.compress(b"u\ttarget\n1\t2\n"))
    with pytest.raises(BadData, match="one row cannot be split"):
        check_data(load_dataset(tmp_path / "own").problems)


def test_what_was_looked_through_is_known_by_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDISCOVER_CACHE", str(tmp_path / "cache"))
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("x,target\n1,2\n3,4\n")
    second.write_text("x,target\n1,2\n3,4\n")
    assert count_rows(first) == 2
    read: list[Path] = []
    monkeypatch.setattr(delimited, "blocks", lambda path, *_, **__: read.append(path) or iter(()))
    assert (count_rows(second), read) == (2, [])
    second.write_text("x,target\n1,2\n3,5\n")
    with pytest.raises(TableError):
        count_rows(second)
    assert read == [second]


def test_progress_is_told(tmp_path: Path) -> None:
    pmlb(tmp_path / "own", "3")
    told: list[tuple[int, int]] = []
    check_data(load_dataset(tmp_path / "own").problems, lambda *counts: told.append(counts))
    assert told == [(1, 2), (2, 2)]


@pytest.mark.parametrize("rows", [1, 4, 5, 6, 11])
def test_files_are_read_alike_in_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    for module in (tabular, delimited):
        monkeypatch.setattr(module, "ROWS", 5)
    values = np.random.default_rng(rows).normal(size=(rows, 3))
    frame = pd.DataFrame(values, columns=["a", "b", "target"])
    for name in ("t.csv", "t.tsv.gz", "t.parquet"):
        path = tmp_path / name
        if name == "t.parquet":
            frame.to_parquet(path)
        else:
            frame.to_csv(path, index=False, sep="\t" if "tsv" in name else ",")
        table = read_table(path)
        np.testing.assert_array_equal(table.values, values)
        assert count_rows(path) == rows
    text = "\n".join(" ".join(map(repr, row)) for row in values.tolist())
    (tmp_path / "t.txt").write_text(f"\n{text}\n\n")
    np.testing.assert_array_equal(read_numbers(tmp_path / "t.txt"), values)


@pytest.mark.parametrize("line", [1, 5, 6, 11])
def test_a_fault_in_any_block_is_found_at_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: int
) -> None:
    for module in (tabular, delimited):
        monkeypatch.setattr(module, "ROWS", 5)
    rows = [f"{k},{k + 1}" for k in range(11)]
    rows[line - 1] = "1,"
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["a,target", *rows]) + "\n")
    with pytest.raises(TableError, match=rf"line {line + 1}, column 'target' is empty"):
        count_rows(path)
    numbers = [f"{k} {k + 1}" for k in range(11)]
    numbers[line - 1] = "1 2 3"
    (tmp_path / "t.txt").write_text("\n".join(numbers) + "\n")
    wrong = r"line 2 has 2 cells, not 3" if line == 1 else rf"line {line} has 3 cells, not 2"
    with pytest.raises(TableError, match=wrong):
        read_numbers(tmp_path / "t.txt")


@pytest.mark.parametrize("words", [["TRUE", "FALSE"], ["true", "true"], ["False", "True"]])
def test_words_for_truth_are_refused_unless_asked_for(tmp_path: Path, words: list[str]) -> None:
    path = tmp_path / "t.csv"
    rows = "".join(f"{word},{k}\n" for k, word in enumerate(words))
    path.write_text(f"is_true,target\n{rows}")
    with pytest.raises(OptionMissing, match=rf"line 2, column 'is_true' holds '{words[0]}'"):
        load_dataset(path)
    frame = pd.DataFrame({"is_true": [word.lower() == "true" for word in words], "target": [1, 2]})
    frame.to_parquet(tmp_path / "p.parquet")
    with pytest.raises(OptionMissing, match="column 'is_true' holds bool"):
        load_dataset(tmp_path / "p.parquet")
    for file in (path, tmp_path / "p.parquet"):
        data = load_dataset(file, booleans=True).problems[0].data()
        found = np.concatenate([data.train.X, data.test.X])[:, 0]
        assert sorted(found) == sorted(float(word.lower() == "true") for word in words)
    path.write_text("is_true,target\n1,2\n0,3\n")
    assert len(load_dataset(path).problems[0].data().train) == 1


NUMBER = st.floats(allow_nan=False, allow_infinity=False).map(repr)
ODD = st.one_of(
    st.sampled_from(["", " 1 ", "nan", "TRUE", "x", "1_0", "1,5", '"2"', "0x1", "NA", "-", "1d5"]),
    st.text("0123456789.e+-_ \"'#", max_size=5),
)


@given(
    st.lists(st.lists(NUMBER, min_size=2, max_size=2), min_size=1, max_size=7),
    st.integers(0, 6),
    ODD,
)
@settings(deadline=None, max_examples=300)
def test_a_table_is_what_pythons_own_numbers_say_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], where: int, odd: str
) -> None:
    """Any text at all: the numbers that Python reads in it, or one line about the file."""
    rows[where % len(rows)][where % 2] = odd
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_text("a,target\n" + "".join(",".join(row) + "\n" for row in rows))
    try:
        values = read_table(path).values
    except TableError as error:
        assert str(error).startswith(str(path)) and "\n" not in str(error)
        return
    with path.open(newline="") as file:
        lines = [row for row in csv.reader(file) if row]
    expected = [[float(cell) for cell in row] for row in lines[1:]]
    np.testing.assert_array_equal(values, expected)
