"""A folder of strangely named and malformed files, through every verb that takes one.

Each gives the right result or one line that names it; none a traceback, none another exit code
from ``plan`` than from ``run``.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest
from command_line import Command, Outcome

from bench import evaluate, parse
from bench.cli.quoting import quoted

ROWS = [(a, a * a % 7, 3 * a + 1) for a in range(12)]
TABLE = "a,b,target\n" + "".join(f"{a},{b},{y}\n" for a, b, y in ROWS)

NAMES = [
    "2021.csv", "true.csv", "null.csv", "nan.csv", "inf.csv", "123.csv", "1e5.csv", "-1.csv",
    "~.csv", "día.csv", "数据.csv", "資料.csv", "😀.csv", "a b.csv", "a,b.csv", "a=b.csv",
    "it's.csv", 'a"b.csv', "(1).csv", "[x].csv", "{y}.csv", "${z}.csv", "#.csv", "%41.csv",
    "a&b.csv", "x;y.csv", "back\\slash.csv", "tab\t.csv", "new\nline.csv", "UPPER.CSV",
    "in.the.middle.csv", ".hidden.csv", "srsd_easy.csv", "quickstart.csv", "linear.csv",
    "method.csv", "???.csv",
]  # fmt: skip
"""Names of files that hold a table like any other."""

CONTENTS: dict[str, bytes] = {
    "bom.csv": b"\xef\xbb\xbf" + TABLE.encode(),
    "crlf.csv": TABLE.replace("\n", "\r\n").encode(),
    "quotes.csv": TABLE.replace("a,b", '"a","b"').encode(),
    "blanks.csv": TABLE.replace(",", " , ").encode() + b"\n\n",
    "tabs.tsv": TABLE.replace(",", "\t").encode(),
    "packed.csv.gz": gzip.compress(TABLE.encode()),
}
"""Contents that are odd and can be read."""

BAD: dict[str, bytes] = {
    "empty.csv": b"",
    "in two\nlines.csv": b"",
    "turned\u202eround\x1b[2J.csv": b"",
    "newline.csv": b"\n",
    "header.csv": b"a,b,target\n",
    "one_row.csv": b"a,b,target\n1,2,3\n",
    "no_header.csv": b"1,2,3\n4,5,6\n",
    "no_target.csv": b"a,b,y\n1,2,3\n4,5,6\n",
    "only_target.csv": b"target\n1\n2\n",
    "short.csv": TABLE.encode() + b"1,2\n",
    "long.csv": TABLE.encode() + b"1,2,3,4\n",
    "gap.csv": TABLE.encode() + b"1,,3\n",
    "word.csv": TABLE.encode() + b"1,much,3\n",
    "truth.csv": b"a,b,target\nTRUE,1,2\nFALSE,2,3\n",
    "nans.csv": TABLE.encode() + b"1,nan,3\n",
    "infinite.csv": TABLE.encode() + b"1,-inf,3\n",
    "too_large.csv": TABLE.encode() + b"1,1e999,3\n",
    "comma.csv": b"a;b;target\n1,5;2;3\n2,5;3;4\n",
    "twice.csv": b"a,a,target\n1,2,3\n4,5,6\n",
    "nameless.csv": b"a,,target\n1,2,3\n4,5,6\n",
    "latin.csv": b"a,b,target\n1,\xe9,3\n2,3,4\n",
    "utf16.csv": TABLE.encode("utf-16"),
    "nul.csv": b"a,b,target\n1,\x00,3\n2,3,4\n",
    "binary.csv": bytes(range(256)),
    "cut.csv.gz": gzip.compress(TABLE.encode() * 99)[:60],
    "not_packed.csv.gz": TABLE.encode(),
    "no.parquet": b"PAR1 and nothing else",
    "notes.txt": b"nothing to see",
    os.fsdecode(b"\xff.csv"): TABLE.encode(),
    "open_quote.csv": TABLE.encode() + b'1,"2,3\n',
    "old_mac_truth.csv": b"a,b,target\rTRUE,1,2\rFALSE,2,3\r",
    "packed.csv": gzip.compress(TABLE.encode()),
    "parquet.csv": b"PAR1" + bytes(range(200)),
    "sheet.csv": b"PK\x03\x04" + bytes(range(200)),
    "utf16_unmarked.csv": TABLE.encode("utf-16-be"),
    "long_cell.csv": TABLE.encode() + b"1," + b"9" * 200_000 + b",3\n",
}

PLANNED = {"empty.csv", "no_target.csv", "gap.csv", "binary.csv", "notes.txt", "missing.csv"}
"""One of each way of being malformed: ``plan`` reads what ``run`` reads, by the same function."""

METHOD = (
    "from bench import Discovery\n"
    "class One:\n    def discover(self, task):\n        return Discovery.of('x0')\n"
)
METHODS = ["null.py", "true.py", "nan.py", "inf.py", "día.py"]
BAD_METHODS = {
    "1e5.py": METHOD,
    "a b.py": METHOD,
    "linear.py": METHOD,
    "syntax.py": "class One\n",
    "empty.py": "",
    "none.py": "class One: ...\n",
    "two.py": METHOD + METHOD.replace("One", "Two"),
    "nul.py": "\0",
    "gone.py": "import no_such_module\n" + METHOD,
}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / name).write_text(TABLE)
    for name, content in {**CONTENTS, **BAD}.items():
        (tmp_path / name).write_bytes(content)
    for name in METHODS:
        (tmp_path / name).write_text(METHOD)
    for name, text in BAD_METHODS.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "dangling.csv").symlink_to("nowhere.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    return tmp_path


def refused(outcome: Outcome) -> bool:
    """Whether the command was turned down in one line; fails at anything that is neither."""
    assert "Traceback" not in outcome.err + outcome.out, outcome
    if outcome.code == 0:
        return False
    assert outcome.code in (1, 2), outcome
    assert outcome.err.startswith("rediscover: ") and outcome.err.count("\n") == 1, outcome
    return True


def test_odd_names_and_contents_are_run_like_any_other(command: Command, files: Path) -> None:
    good = [*NAMES, *CONTENTS]
    for name in good:
        assert not refused(command("show", f"./{name}")), name
    chosen = ",".join(map(quoted, good))
    base = ("method=linear", f"dataset=[{chosen}]", "budget.seconds=5", "experiment=1e3")
    planned = command("plan", *base, "--json")
    assert not refused(planned) and len(json.loads(planned.out)) == len(good)
    done = command("run", *base, "--no-score")
    assert not refused(done), done
    assert "2021.csv is set by" not in done.out
    assert "1e5.csv is set by datasets._1e5 (datasets._1e5.target=...)" in done.out
    with (files / "results" / "1e3" / "leaderboard.csv").open() as file:
        (line,) = csv.DictReader(file)
    assert line["ok"] == line["planned"] == str(len(good))
    table = np.array(ROWS, dtype=float)
    for path in (files / "results" / "1e3" / "records").rglob("*.json"):
        found = parse(json.loads(path.read_text())["discovery"]["best"][0])
        values = evaluate(found, ("x0", "x1"), table[:, :2])
        np.testing.assert_allclose(values, table[:, 2], rtol=1e-6)
    assert not refused(command("status", "results/1e3"))
    assert not refused(command("show", "results/1e3"))


@pytest.mark.parametrize("name", [*BAD, "folder.csv", "dangling.csv", "pipe.csv", "missing.csv"])
def test_a_malformed_file_is_told_in_one_line(command: Command, files: Path, name: str) -> None:
    experiment = ("method=linear", f"dataset=[{name}]")
    for argv in (
        ("show", name),
        *([("plan", *experiment)] if name in PLANNED else []),
        ("run", *experiment, "budget.seconds=1"),
        ("data", name, "--to", "out", "--as", "csv"),
    ):
        outcome = command(*argv)
        assert refused(outcome), argv
        assert name in outcome.err or ascii(name)[1:-1] in outcome.err, outcome.err
    assert not (files / "results").exists() and not (files / "out").exists()


COLUMNS = ["2021", "1e3", "true", "nan", "0.10", "x y", "día", "a=b", "数"]


def test_a_column_is_called_what_is_written(command: Command, tmp_path: Path) -> None:
    for start in range(0, len(COLUMNS), 3):
        names = COLUMNS[start : start + 3]
        (tmp_path / "odd.csv").write_text(TABLE.replace("a,b,target", ",".join(names)))
        for name in names:
            given = ("method=linear", "dataset=odd.csv", f"datasets.odd.target={name}")
            assert not refused(command("plan", *given)), name
    assert refused(command("plan", "method=linear", "dataset=odd.csv", "datasets.odd.target=null"))


def test_a_secret_is_refused_wherever_it_stands(command: Command, tmp_path: Path) -> None:
    for word in ("+api_key=hush", "+other.Token=[hush]", "+method.linear.deep=[{password:hush}]"):
        outcome = command("run", "method=linear", "dataset=nguyen", word)
        assert refused(outcome) and "hush" not in outcome.err, outcome
    assert not list(tmp_path.iterdir())


def test_methods_of_odd_names_are_run_and_checked(command: Command, files: Path) -> None:
    base = (f"method=[{','.join(METHODS)}]", "dataset=2021.csv", "budget.seconds=5")
    done = command("run", *base, "--no-score")
    assert not refused(done), done
    with (next((files / "results").iterdir()) / "leaderboard.csv").open() as file:
        lines = {line["method"]: line["ok"] for line in csv.DictReader(file)}
    assert lines == {Path(name).stem: "1" for name in METHODS}
    assert "keeps the contract" in command("check", "null.py").out


@pytest.mark.parametrize("name", [*BAD_METHODS, "missing.py"])
def test_check_and_run_turn_down_the_same_files(command: Command, files: Path, name: str) -> None:
    checked = command("check", name)
    assert checked.code == 1 and "Traceback" not in checked.out + checked.err
    reason = next(line for line in checked.out.splitlines() if line.startswith("fail  loads: "))
    outcome = command("run", f"method=[{quoted(name)}]", "dataset=2021.csv")
    assert refused(outcome)
    assert reason.removeprefix("fail  loads: ") == outcome.err.removeprefix("rediscover: ").strip()


def test_what_is_there_is_listed_whatever_lies_around(command: Command, files: Path) -> None:
    for what in ("methods", "datasets"):
        assert not refused(command("list", what))
