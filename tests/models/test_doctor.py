"""``rediscover doctor --model``: one call, and what came of it in a line."""

from __future__ import annotations

import json

import pytest
from scripted_endpoint import KEY, VARIABLE, Script

from bench.cli import main


def doctor(capsys: pytest.CaptureFixture[str], *settings: str) -> tuple[int, str]:
    code = main(["doctor", "--model", *settings])
    out, err = capsys.readouterr()
    return code, out + err


def test_a_model_that_answers(script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    script.rule = lambda request, number: "2*x\n+ y"
    code, said = doctor(
        capsys, f"model.url={script.url}", "model.name=toy", f"model.key={VARIABLE}"
    )
    assert code == 0
    assert said.startswith("ok  model: toy-0123 answers in ")
    assert "tokens (reported), price unknown; it says '2*x + y'" in said
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [("401", "is not taken"), ("404", "look at model.url"), ("nojson", "the answer is no JSON")],
)
def test_a_model_that_does_not(
    script: Script, capsys: pytest.CaptureFixture[str], fault: str, words: str
) -> None:
    script.faults = [fault] * 9
    settings = [f"model.url={script.url}", "model.name=toy", f"model.key={VARIABLE}"]
    code, said = doctor(capsys, *settings)
    assert code == 1
    assert said.startswith("--  model: ") and words in said and said.count("\n") == 1
    assert KEY not in said


def test_a_model_that_nobody_named(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = doctor(capsys)
    assert code == 2
    assert "which model? rediscover doctor --model model.url=" in said


def test_for_machines(script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    script.key = ""
    main(["doctor", "--json", "--model", f"model.url={script.url}", "model.name=toy"])
    assert json.loads(capsys.readouterr().out)[0]["good"] is True
