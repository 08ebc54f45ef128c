"""What a user gets wrong is told in one line that names it and the way out; never a traceback."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from command_line import Command

from bench.basics.installation import install_hint

MISTAKES = {
    "": "VERB",
    "lit": "did you mean 'list'",
    "run --foo": "--foo",
    "status nowhere": "'nowhere' holds no results",
    "status --jsn x": "--jsn",
    "leaderboard nowhere": "nowhere",
    "leaderboard nowhere --by colour": "'colour'",
    "list metods": "'metods'",
    "show srsd_eazy": "did you mean 'srsd_easy'",
    "show srsd_easy/feynman-i.12.2": "feynman-i.12.2",
    "judge x0": "PREDICTION TRUTH",
    "judge x0 x0+": "the truth",
    "judge --pairs nowhere.csv -o out.csv": "nowhere.csv",
    "cdm nowhere.csv": "nowhere.csv",
    "score nowhere.csv --dataset srsd_easy": "nowhere.csv",
    "new linear": "'linear' already",
    "merge nowhere -o there": "'nowhere' holds no results",
    "data srsd_eazy --to there --as csv": "did you mean 'srsd_easy'",
    "run method=oporon": "did you mean 'operon'",
    "run method=nowhere.py": "nowhere.py",
    "run dataset=srsd_eazy": "did you mean 'srsd_easy'",
    "run dataset=nowhere.csv": "nowhere.csv",
    "run dataset.only=[feynman-i.12.0]": "did you mean 'feynman-i.12.",
    "run dataset.limit=0": "limit",
    "run dataset.limit=-1": "limit",
    "run dataset.limit=few": "'few'",
    "run budget.second=3": "did you mean 'seconds'",
    "run budget.seconds=soon": "'soon'",
    "run budget.seconds=0": "budget",
    "run budget=shirt": "choose day or hour or minute or quick",
    "run method.operon.populaton=3": "did you mean 'population'",
    "run method.operon.population=many": "'many'",
    "run method.operon.population=???": "method.operon.population must be given",
    "run method.operon.population=${zork}": "method.operon.population: ",
    "run budget.seconds=???": "budget.seconds must be given",
    "run method.pysr.maxsize=3": "method.pysr",
    "run seeds=[0,a]": "'a'",
    "run seeds=[-1]": "-1",
    "run noise=[-0.1]": "-0.1",
    "run disclosure=all": "'all'",
    "run executor=pbs": "executor=pbs",
    "run executor.workers=0": "workers",
    "run scoring.tolerance=low": "'low'",
    "run +preset=srds": "choose llmsrbench or srbench or srsd",
    "run sed=1": "did you mean 'seeds'",
    "run operon": "'operon'",
    "run budget.seconds=1,2": "[A,B]",
    "run dataset.only=[a": "dataset.only=[a",
    "run method=~/mine(1).py": "there is no file",
    "run method=[mine(1.py]": "in quotes",
    "run method=linear,polynomial": "method=[A,B]",
    "run experiment=[a]": "one name",
    "run --retry late": "'late'",
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_one_line(command: Command, tmp_path: Path, line: str) -> None:
    outcome = command(*line.split())
    assert outcome.code == 2
    assert MISTAKES[line] in outcome.err
    assert outcome.err.startswith("rediscover")
    assert len(outcome.err.splitlines()) == 1, outcome.err
    assert outcome.out == ""
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


TABLES = {
    "x0,target\n1,2\n3,much\n": ["much", "line 3", "target"],
    "x0,y\n1,2\n3,4\n": ["target"],
    "x0,target\n1,2\n3\n": ["line 3"],
    "": ["bad.csv"],
}


@pytest.mark.parametrize("text", TABLES)
def test_a_malformed_table_is_told_by_file_row_and_column(
    command: Command, tmp_path: Path, text: str
) -> None:
    (tmp_path / "bad.csv").write_text(text)
    outcome = command("run", "method=linear", "dataset=bad.csv")
    assert outcome.code == 2, outcome
    assert len(outcome.err.splitlines()) == 1
    assert all(word in outcome.err for word in ["bad.csv", *TABLES[text]]), outcome.err


@pytest.mark.parametrize("verb", ["run", "plan"])
def test_bad_data_of_any_format_are_no_failure_of_a_method(
    command: Command, tmp_path: Path, verb: str
) -> None:
    for split in ("train", "test"):
        (tmp_path / "own" / split).mkdir(parents=True)
        for name in ("good", "bad"):
            (tmp_path / "own" / split / f"{name}.txt").write_text("1 2\n3 4\n5 7\n")
    (tmp_path / "own" / "test" / "bad.txt").write_text("1 2\n3 nan\n")
    base = (verb, "method=linear", "dataset=own", "budget.seconds=1")
    outcome = command(*base)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.endswith(
        "bad.txt: line 2, column 2 holds 'nan', not a finite number; mend the line, or "
        "remove it "
        "(or leave it out: dataset.exclude=[bad])\n"
    )
    assert command(*base, "dataset.exclude=[bad]").code == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("method,problem,seed\n", "no column 'expression'"),
        ("method,problem,seed,expression\nm,feynman-i.12.9,0,x0\n", "row 2, column 'problem'"),
        ("method,problem,seed,expression\nm,feynman-i.12.1,a,x0\n", "row 2, column 'seed'"),
        ("method,problem,seed,expression\nm,feynman-i.12.1,0,max(x0,x1)\n", "row 2"),
    ],
)
def test_malformed_predictions_are_told_by_row(
    command: Command, tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "theirs.csv").write_text(text)
    outcome = command("score", "theirs.csv", "--dataset", "srsd_easy")
    assert outcome.code == 2
    assert words in outcome.err and len(outcome.err.splitlines()) == 1


@pytest.mark.parametrize("verb", ["show hf://nnheui/llm-srbench", "run dataset=[hf://o/n]"])
def test_a_hub_that_cannot_be_asked_is_told_in_one_line(
    command: Command, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    outcome = command(*verb.split())
    assert outcome.code == 2
    assert outcome.err.startswith("rediscover: hf://") and install_hint("hub") in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize("verb", ["list methods", "doctor", "new another"])
def test_two_packages_with_a_method_of_one_name(
    command: Command, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    for name in ("first", "second"):
        package = Path.cwd() / f"{name}_plugin-1.0.dist-info"
        package.mkdir()
        (package / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}-plugin\nVersion: 1.0\n"
        )
        (package / "entry_points.txt").write_text(f"[rediscover.methods]\ntwin = {name}:Twin\n")
    monkeypatch.syspath_prepend(Path.cwd())
    outcome = command(*verb.split())
    assert outcome.code == 2
    assert "two packages offer 'twin' to methods: package first-plugin 1.0" in outcome.err
