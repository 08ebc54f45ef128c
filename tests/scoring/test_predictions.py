"""Predictions from a CSV file: what is read, and what is said of files that are malformed."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from scoring_problems import problem

from bench.problems import Dataset, load_dataset
from bench.scoring import CsvError, read_predictions
from bench.scoring.predictions import read_rows

TOY = Dataset("toy", "1", (problem(name="energy"), problem("x0 + x1", name="sum")))


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "predictions.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_rows_in_any_order_of_columns(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        b"\xef\xbb\xbfseed,expression,problem,method,note\n"
        b'0,"max(x0, x1)",energy,gp,hello\n\n 1 , x0+x1 ,toy/sum,gp,\n2,,sum,gp,\n',
    )
    found = [(p.method, p.problem.name, p.seed, p.expression) for p in read_predictions(path, TOY)]
    assert found == [
        ("gp", "energy", 0, "max(x0, x1)"),
        ("gp", "sum", 1, "x0+x1"),
        ("gp", "sum", 2, None),
    ]


def test_the_columns_of_others_are_read_as_they_are(tmp_path: Path) -> None:
    snip = written(
        tmp_path,
        "formula,problem,target_noise,predicted_tree,r2_fit\n"
        "m*c,feynman_I_12_1,0,(0.5 add (2.0 mul x_0)),0.9\n"
        "m*c,feynman_I_12_1,0.001,x_0,0.9\n"
        "p,feynman_I_15_10,0,x_1,0.9\n",
    )
    aifeynman = load_dataset("aifeynman")
    found = [
        (one.method, one.problem.name, one.noise, one.expression)
        for one in read_predictions(snip, aifeynman)
    ]
    assert found == [
        ("predictions", "I.12.1", 0.0, "(0.5 add (2.0 mul x_0))"),
        ("predictions", "I.12.1", 0.001, "x_0"),
        ("predictions", "I.15.1", 0.0, "x_1"),
    ]
    srbench = written(
        tmp_path,
        "algorithm,dataset,random_state,symbolic_model,symbolic_solution\n"
        "AFP,feynman_test_3,29910,x0,0\n",
    )
    (one,) = read_predictions(srbench, load_dataset("aifeynman_bonus"))
    assert (one.method, one.problem.name, one.seed) == ("AFP", "test_3", 29910)


HEADER = "method,problem,seed,expression\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "row 1: no column 'problem'; .* has nothing"),
        ("method,problem,seed\n", "row 1: no column 'expression'"),
        ("method,method,problem,seed,expression\n", "row 1: column 'method' occurs twice"),
        (HEADER + "gp,energi,0,x0\n", "row 2, column 'problem': 'energi' .* mean 'energy'"),
        (HEADER + "gp,energy,one,x0\n", "row 2, column 'seed': 'one' is not a whole number"),
        (HEADER + ",energy,0,x0\n", "row 2, column 'method': empty"),
        ("problem,expression,noise\nsum,x0,much\n", "row 2, column 'noise': 'much' is not a level"),
        ("problem,expression,noise\nsum,x0,nan\n", "row 2, column 'noise': 'nan' is not a level"),
        ("problem,expression,noise\nsum,x0,-1\n", "row 2, column 'noise': '-1' is not a level"),
        (HEADER + "gp,energy,0\n", "row 2, column 'seed': 3 fields where the header has 4"),
        (HEADER + "gp,energy,0,max(x0,x1)\n", "row 2, column 'expression': 5 .* quotes"),
        (HEADER + "gp,sum,0,x0\n" * 2, "row 3, column 'expression': a second .* in row 2"),
        (HEADER + 'gp,sum,0,"x0\n', "not a UTF-8 CSV file after row 1: unexpected end of data"),
        (HEADER.encode() + b"gp,sum,0,\xff\n", "not a UTF-8 CSV file after row 1"),
    ],
)
def test_malformed_files_are_told_by_row_and_column(
    tmp_path: Path, text: str | bytes, complaint: str
) -> None:
    with pytest.raises(CsvError, match=f"predictions.csv.*{complaint}"):
        read_predictions(written(tmp_path, text), TOY)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CsvError, match=r"none.csv: No such file"):
        read_predictions(tmp_path / "none.csv", TOY)


def test_a_field_of_megabytes_is_one_bad_expression(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "gp,sum,0," + "x0+" * 400_000 + "x0\n")
    (prediction,) = read_predictions(path, TOY)
    assert prediction.expression is not None and len(prediction.expression) > 10**6


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (gzip.compress(b"prediction,truth\nx,x\n", mtime=0), "gzip"),
        ("prediction,truth\nx,x\n".encode("utf-16"), "UTF-16"),
        ("prediction,truth\nx,x\n".encode("utf-16-le"), "UTF-16"),
        ("prediction,truth\nx,x\n".encode("utf-16-be"), "UTF-16"),
        (b"PK\x03\x04" + bytes(100), "a ZIP archive or a spreadsheet"),
        (b"%PDF-1.7\n", "PDF"),
        (b"<!doctype html><html>404</html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer to data that are elsewhere"),
    ],
)
def test_what_is_no_table_of_text_is_named(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "pairs.csv"
    path.write_bytes(content)
    with pytest.raises(CsvError, match=f"holds {what}; save the table as CSV"):
        read_rows(path, ["prediction", "truth"], {})


@pytest.mark.parametrize("name", ["PAR1", "par1", "PK", "pdf", "html", "version"])
def test_a_column_may_be_called_like_the_beginning_of_another_file(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(f"{name},prediction\n1,x\n")
    assert [row["prediction"] for row in read_rows(path, ["prediction"], {})] == ["x"]
